// The code of a pass, black on white in every appearance. The library that draws it is loaded on demand.
import { Suspense, use, useMemo } from 'react'

import { loadChunk } from '../chunks'
import { useTexts } from '../texts/context'

export function Code({ code }: { code: string }) {
  return (
    <div className="code">
      <Suspense fallback={<span className="code-placeholder" />}>
        <Drawn code={code} />
      </Suspense>
    </div>
  )
}

const load = () => loadChunk(() => import('./qr'))
let loading: ReturnType<typeof load> | null = null

/** Returns one promise for all codes, since `use` needs the same one in every render. A failed one is not cached. */
function library(): ReturnType<typeof load> {
  loading ??= load().catch((error: unknown) => {
    loading = null
    throw error
  })
  return loading
}

function Drawn({ code }: { code: string }) {
  const texts = useTexts()
  const { symbolOf } = use(library())
  const { size, path } = useMemo(() => symbolOf(code), [symbolOf, code])
  return (
    <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={texts.pass.code} shapeRendering="crispEdges">
      <path d={path} />
    </svg>
  )
}
