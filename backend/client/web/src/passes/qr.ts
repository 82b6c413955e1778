// The QR symbol of a code, as the path of an SVG. Loaded on demand.
import encodeQR from 'qr'

/** The modules of the quiet zone on each side, as ISO/IEC 18004 demands. */
const QUIET_ZONE = 4

interface Symbol {
  /** The width and height in modules, with the quiet zone. */
  size: number
  /** The dark modules: one run after another. */
  path: string
}

/** Returns the symbol of a code. Error correction is low, since screens do not get dirty: the modules are larger. */
export function symbolOf(code: string): Symbol {
  const rows = encodeQR(code, 'raw', { ecc: 'low', border: QUIET_ZONE })
  const runs = rows.flatMap((row, y) => {
    const found: string[] = []
    for (let x = 0; x < row.length; x++) {
      const start = x
      while (row[x]) x++
      if (x > start) found.push(`M${start} ${y}h${x - start}v1h-${x - start}z`)
    }
    return found
  })
  return { size: rows.length, path: runs.join('') }
}
