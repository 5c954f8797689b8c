// What a list may weigh: a page must be quick on the slow machines and lines that people really have.
import assert from 'node:assert/strict'
import { brotliCompressSync, gzipSync } from 'node:zlib'

const KB = 1024

export async function expectWithinBudget(page) {
  const urls = await page.evaluate(() => ({
    script: document.querySelector('script[type=module][src*="/app"]')?.src,
    style: document.querySelector('link[rel=stylesheet]')?.href,
    nodes: document.querySelectorAll('*').length,
  }))
  const text = async (url) => Buffer.from(await (await page.request.get(url)).body())
  const html = brotliCompressSync(await text(page.url())).length
  const script = gzipSync(await text(urls.script)).length
  const style = gzipSync(await text(urls.style)).length
  const over = [
    ['HTML, brotli', html, 15 * KB],
    ['app.js, gzip', script, 30 * KB],
    ['CSS, gzip', style, 25 * KB],
    ['nodes', urls.nodes, 3000],
  ].filter(([, is, most]) => is > most)
  assert.deepEqual(over, [], `${page.url()} is over its budget`)
}
