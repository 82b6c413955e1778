// Pictures of codes: decodes them, and converts one to a video for the fake camera of Chromium.
import type { Page } from '@playwright/test'
import decodeQR from 'qr/decode.js'

/** The size of the video in pixels. */
const [WIDTH, HEIGHT] = [640, 480]

/** Draws a PNG into the middle of a grey picture of the video's size, and returns its pixels. */
async function draw(page: Page, png: Buffer): Promise<Buffer> {
  const blank = await page.context().newPage()
  const pixels = await blank.evaluate(
    async ([source, width, height]) => {
      const image = new Image()
      image.src = source
      await image.decode()
      const canvas = new OffscreenCanvas(width, height).getContext('2d')
      if (!canvas) throw new Error('no canvas')
      canvas.fillStyle = '#777'
      canvas.fillRect(0, 0, width, height)
      const scale = Math.min(width / image.width, height / image.height) * 0.9
      const [w, h] = [image.width * scale, image.height * scale]
      canvas.drawImage(image, (width - w) / 2, (height - h) / 2, w, h)
      return Array.from(canvas.getImageData(0, 0, width, height).data)
    },
    [`data:image/png;base64,${png.toString('base64')}`, WIDTH, HEIGHT] as const,
  )
  await blank.close()
  return Buffer.from(pixels)
}

/** Returns the code in a PNG. */
export async function readCode(page: Page, png: Buffer): Promise<string> {
  return decodeQR({ width: WIDTH, height: HEIGHT, data: await draw(page, png) })
}

/** Returns a video of one frame (YUV4MPEG2) with a PNG in its middle. Chromium repeats it. */
export async function videoOf(page: Page, png: Buffer): Promise<Buffer> {
  const pixels = await draw(page, png)
  const luma = Buffer.alloc(WIDTH * HEIGHT)
  for (let at = 0; at < luma.length; at++) luma[at] = pixels[at * 4 + 1] ?? 0
  const chroma = Buffer.alloc((WIDTH * HEIGHT) / 2, 128)
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\nFRAME\n`), luma, chroma])
}
