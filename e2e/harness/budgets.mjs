// What a list may weigh: a page must be quick on the slow machines and lines that people really have.
import assert from 'node:assert/strict'
import { get } from 'node:http'
import { gzipSync } from 'node:zlib'

const KB = 1024

export async function expectWithinBudget(page) {
  const urls = await page.evaluate(() => ({
    script: document.querySelector('script[type=module][src*="/app"]')?.src,
    style: document.querySelector('link[rel=stylesheet]')?.href,
    nodes: document.querySelectorAll('*').length,
  }))
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  const text = async (url) => Buffer.from(await (await page.request.get(url)).body())
  const html = await bytesOnTheWire(page.url(), cookie)
  const script = gzipSync(await text(urls.script)).length
  const style = gzipSync(await text(urls.style)).length
  const over = [
    ['HTML as the program sends it, brotli', html, 15 * KB],
    ['app.js, gzip', script, 30 * KB],
    ['CSS, gzip', style, 25 * KB],
    ['nodes', urls.nodes, 3000],
  ].filter(([, is, most]) => is > most)
  assert.deepEqual(over, [], `${page.url()} is over its budget`)
}

/** What travels: the program compresses pages less hard than files, because it does so for every request. */
function bytesOnTheWire(url, cookie) {
  return new Promise((resolve, reject) => {
    get(url, { headers: { cookie, 'accept-encoding': 'br' } }, (answer) => {
      assert.equal(answer.headers['content-encoding'], 'br', url)
      let size = 0
      answer.on('data', (chunk) => { size += chunk.length })
      answer.on('end', () => resolve(size))
    }).on('error', reject)
  })
}
