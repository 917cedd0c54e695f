import { gzipSync } from 'node:zlib'
import type { Plugin, Rollup } from 'vite'

/** Fails the build when the first load of a page, compressed, is over `most` bytes. */
export function budget({ most }: { most: number }): Plugin {
  return {
    name: 'yihao-budget',
    apply: 'build',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk')
      const entry = chunks.find(({ isEntry }) => isEntry)
      for (const page of chunks.filter(({ facadeModuleId }) => facadeModuleId?.endsWith('-page.vue'))) {
        const bytes = firstLoad([entry, page], bundle)
        if (bytes > most) this.error(`${page.name}: first load of ${bytes} bytes, ${most} are allowed`)
      }
    },
  }
}

/** What a browser loads before it shows these chunks: themselves, what they import, and the style of all these. */
function firstLoad(roots: readonly (Rollup.OutputChunk | undefined)[], bundle: Rollup.OutputBundle): number {
  const files = new Set<string>()
  const open = roots.flatMap((root) => (root ? [root.fileName] : []))
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (files.has(name)) continue
    files.add(name)
    const chunk = bundle[name]
    if (chunk?.type === 'chunk') open.push(...chunk.imports, ...(chunk.viteMetadata?.importedCss ?? []))
  }
  return [...files].reduce((bytes, name) => bytes + compressedSize(bundle[name]), 0)
}

function compressedSize(file: Rollup.OutputChunk | Rollup.OutputAsset | undefined): number {
  if (!file) return 0
  return gzipSync(file.type === 'chunk' ? file.code : file.source).length
}
