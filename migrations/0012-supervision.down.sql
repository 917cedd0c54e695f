drop table incident_sounds;
drop table incidents;
drop table notices;
