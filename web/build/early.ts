// Builds the small script that runs before the first paint, and puts it into the head of the page.
import { readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'

import { type Plugin, transformWithOxc } from 'vite'

/** The page's policy allows no inline script, so what must run before the first paint is a file that blocks. */
export function early(source: string): Plugin {
  let script = { name: '', code: '' }
  return {
    name: 'early',
    async buildStart() {
      const { code } = await transformWithOxc(readFileSync(source, 'utf8'), source)
      const whole = `(()=>{${code.replace(/^export .*$/gm, '').trim()}})()\n`
      const hash = createHash('sha256').update(whole).digest('base64url').slice(0, 8)
      script = { name: `assets/early-${hash}.js`, code: whole }
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: script.name, source: script.code })
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        if (request.url !== `/${script.name}`) {
          next()
          return
        }
        response.setHeader('content-type', 'text/javascript')
        response.end(script.code)
      })
    },
    transformIndexHtml: () => [{ tag: 'script', attrs: { src: `/${script.name}` }, injectTo: 'head-prepend' }],
  }
}
