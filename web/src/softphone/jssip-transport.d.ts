import 'jssip/lib/UA'

declare module 'jssip/lib/UA' {
  interface UA {
    /** The connection, which JsSIP's own declarations leave out. `connect` does nothing while there is one. */
    readonly transport: { connect(): void }
  }
}
