// Builds the application into the folder that the Rust service embeds.
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

import { budget } from './build/budget.ts'
import { early } from './build/early.ts'
import { pageWorker } from './build/page-worker.ts'

/** The server to which the development server forwards the API. */
const backend = process.env.TICKETING_SERVER ?? 'http://127.0.0.1:3000'

export default defineConfig({
  plugins: [react(), early('src/early.ts'), pageWorker('src/offline/worker.ts', 'page-worker.js'), budget({ firstLoadScript: 120_000 })],
  build: {
    outDir: '../bundle',
    emptyOutDir: true,
    sourcemap: false,
    target: ['chrome123', 'edge123', 'firefox121', 'safari17.5'],
    // The policy forbids data: URLs for styles and scripts, and files are cached as immutable.
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Libraries change rarely, so their own chunk stays cached. That of QR symbols is loaded on demand.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'vendor', test: /node_modules(?!.qr.)/ }] } } },
  },
  server: {
    host: '127.0.0.1',
    // The server accepts writes from its own origin only, so the host header is forwarded unchanged.
    proxy: { '/api': { target: backend, changeOrigin: false } },
  },
  test: { include: ['{src,lint}/**/*.test.{ts,tsx}'], environment: 'node' },
})
