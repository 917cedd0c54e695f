import { join } from 'node:path'
import vue from '@vitejs/plugin-vue'
import elementPlus from 'unplugin-element-plus/vite'
import { defineConfig } from 'vite'
import { budget } from './build/budget.ts'
import { compress } from './build/compress.ts'

/** The pages, built into dist/web, where the hotline service finds them. */
export default defineConfig({
  root: import.meta.dirname,
  // Files come from /assets whatever the page's own path is.
  base: '/',
  build: {
    outDir: join(import.meta.dirname, '../dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    // An inlined picture would be a data: address, and those are allowed for pictures alone.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
  },
  plugins: [vue(), elementPlus({}), budget({ most: 300_000 }), compress()],
})
