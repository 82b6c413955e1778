// How the application is built: into the folder that the Rust service embeds.
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

import { budget } from './build/budget.ts'
import { early } from './build/early.ts'

/** Where the marketplace is while one develops. */
const backend = process.env.TICKETING_SERVER ?? 'http://127.0.0.1:3000'

export default defineConfig({
  plugins: [react(), early('src/early.ts'), budget({ firstLoadScript: 120_000 })],
  build: {
    outDir: '../backend/client/bundle',
    emptyOutDir: true,
    sourcemap: false,
    target: ['chrome123', 'edge123', 'firefox121', 'safari17.5'],
    // The policy of the page allows no data: styles or scripts, and files are cached for good.
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // What seldom changes stays in the caches of those who were here before.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'vendor', test: /node_modules/ }] } } },
  },
  server: {
    host: '127.0.0.1',
    // The marketplace takes writes from its own origin alone, so the name of the host goes along unchanged.
    proxy: { '/api': { target: backend, changeOrigin: false } },
  },
  test: { include: ['{src,lint}/**/*.test.{ts,tsx}'], environment: 'node' },
})
