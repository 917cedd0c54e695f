# FreeSWITCH from Alpine's packages. Its configuration (dialplans/) and the prompts are mounted, not copied.
ARG ALPINE=alpine:edge
FROM ${ALPINE}
# Versions below 1.11.3 have known holes, some of them open to the network: with an older package the build fails here.
ARG FREESWITCH=freeswitch>=1.11.3
RUN apk add --no-cache "${FREESWITCH}" \
 && mkdir -p /var/lib/yihao-switch /yihao \
 && chown freeswitch:freeswitch /var/lib/yihao-switch \
 # Recordings: the files are made by the hotline service (user 1000 of its image), and written by the switch.
 && mkdir -p /var/lib/yihao-spool && chown 1000:1000 /var/lib/yihao-spool && chmod 711 /var/lib/yihao-spool
USER freeswitch
WORKDIR /var/lib/yihao-switch
# Every folder FreeSWITCH writes to is below one volume; -nf and -nc keep it in the foreground without a console.
CMD ["sh", "-c", "for folder in log db run certs storage recordings cache temp; do mkdir -p $folder; set -- \"$@\" -$folder $PWD/$folder; done; exec freeswitch -nonat -nf -nc -conf /yihao/dialplans \"$@\""]
