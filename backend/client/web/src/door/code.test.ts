// The vectors of `ticketing-sdk/src/pass_code/tests.rs`, which another implementation has made.
import { expect, it } from 'vitest'

import { canVerify, decodeBase45, importKeys, readCode, verify } from './code'

const key = (x: string) => ({ kty: 'OKP', crv: 'Ed25519', x, kid: 'k', alg: 'EdDSA', use: 'sig' })
const KEY = key('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo')
const OTHER_KEY = key('A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg')
const CODE = 'TK1W50:PI:WKM20%20000000000-FKK00VQBS.AUXHNOL.YAD-SU8CE8QBJR5S4$I5 44R-S6J5MJ86-J9Y7 1Q+%D:$0DSB0+LMC2BK8AEVB4B/KN.RN$ZQK+4B-JA0'
const VECTORS = [
  ['0192f3a4-0000-7000-8000-0000000000a1', 0, CODE],
  [
    '0192f3a4-0000-7000-8000-0000000000a1', 258,
    'TK1W50:PI:WKM20%20000000000.FK3F0QY3GN85-M+VJLYTU9F7+610IN7NK.SO4W.*S-4OR%3NL30IC$.ISDU35CPYC-92UVOJYTLZH+9K0.OM+D*G6GCA+CU-JJD0',
  ],
  [
    'ffffffff-ffff-7fff-bfff-ffffffffffff', 65535,
    'TK1GB0FGWFGWMDW-EWFGWFGWFGWFGWQBWI0K%S7VR4WWS/FNTTJIZA89QE40ZF2%+EJC4SISMUV*GAA TV/3:AE71KX K-%RGW8 IJY%TWJB3R1V-34J0Q/B 5DMI010',
  ],
] as const
/** Signed with the other key. */
const FOREIGN = 'TK1W50:PI:WKM20%20000000000-FK*00X0D8%KQRC32AJ%BR.VAE96CLL51Z8SB41%%KP17JHP6VSCC5GTGR%UZR93HQE%K 6HVXH--SOOM4QV4WMN58BOEVR5SAA50'
/** Of version 2, with a good signature. */
const NEWER = 'TK1IB0:PI:WKM20%20000000000-FK910U94J/64/MFUG-A3X*9-ZJX0HS.7+.7+MB64BYCDNHBAUM9M0N4H5/VCK093S YDH2RKNVKC2NETVH5LYEQ*AW985K8F R80'

async function isGenuine(text: string, ...keys: ReturnType<typeof key>[]): Promise<boolean> {
  const claim = readCode(text)
  return claim !== null && verify(claim, await importKeys({ keys }))
}

it('verifies the codes of another implementation', async () => {
  expect(await canVerify()).toBe(true)
  for (const [passId, serial, code] of VECTORS) {
    expect(readCode(`\r\n${code}\n`)).toMatchObject({ passId, serial })
    // A scanner where Caps Lock is on.
    expect(await isGenuine(code.toLowerCase(), KEY)).toBe(true)
    expect(await isGenuine(code, KEY)).toBe(true)
    expect(await isGenuine(code, OTHER_KEY, KEY)).toBe(true)
  }
})

it('verifies no code of another key or version, and without a key none', async () => {
  expect(await isGenuine(FOREIGN, KEY)).toBe(false)
  expect(await isGenuine(FOREIGN, KEY, OTHER_KEY)).toBe(true)
  expect(await isGenuine(CODE)).toBe(false)
  expect(await isGenuine(CODE, { ...KEY, crv: 'Ed448' }, { ...KEY, x: 'short' })).toBe(false)
  expect(readCode(NEWER)).toBeNull()
})

it('finds every character that is changed', async () => {
  const keys = await importKeys({ keys: [KEY] })
  for (let at = 0; at < CODE.length; at++) {
    const changed = CODE.slice(0, at) + (CODE[at] === '0' ? '1' : '0') + CODE.slice(at + 1)
    const claim = readCode(changed)
    expect(claim !== null && (await verify(claim, keys)), changed).toBe(false)
  }
})

it('reads nothing else as a code', () => {
  for (const text of ['', 'TK1', CODE.slice(1), `${CODE}0`, CODE.replace('TK1', 'TK2'), 'TK1'.padEnd(128, '('), 'TK1'.padEnd(128, ':')]) {
    expect(readCode(text), text).toBeNull()
  }
})

it('decodes base45 as RFC 9285 has it', () => {
  const text = (encoded: string) => new TextDecoder().decode(decodeBase45(encoded) ?? new Uint8Array([255]))
  expect(['BB8', '%69 VD92EX0', 'UJCLQE7W581', 'QED8WEX0', ''].map(text)).toEqual(['AB', 'Hello!!', 'base-45', 'ietf!', ''])
  for (const encoded of ['GGW', ':::', '::', '0', 'bb8', 'BB8A']) expect(decodeBase45(encoded), encoded).toBeNull()
})
