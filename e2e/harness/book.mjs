// The book: every chapter of stories, told in order on one program with one browser. Each engine has a test file of its
// own, so that both are read at the same time.
import { readdir } from 'node:fs/promises'
import { after, before, describe } from 'node:test'
import { openBrowser } from './browser.mjs'
import { teller } from './chapter.mjs'
import { startProgram } from './program.mjs'

const stories = new URL('../stories/', import.meta.url)

/** All chapters, or those named in GUANXI_STORIES. */
async function chapters() {
  const wanted = (process.env.GUANXI_STORIES ?? '').split(',').filter(Boolean)
  const files = (await readdir(stories)).filter((name) => name.endsWith('.mjs')).sort()
  const chosen = files.filter((name) => wanted.length === 0 || wanted.includes(name.replace('.mjs', '')))
  return Promise.all(chosen.map(async (name) => ({ title: name.replace('.mjs', ''), tell: (await import(new URL(name, stories))).default })))
}

export async function tellBook(engine) {
  const told = await chapters()
  describe(`stories on ${engine}`, () => {
    const stage = { engine }
    before(async () => {
      stage.program = await startProgram({ engine })
      stage.browser = await openBrowser()
    }, { timeout: 900_000 })
    after(async () => {
      await stage.browser?.close()
      await stage.program?.stop()
    })
    for (const { title, tell } of told) describe(title, () => tell(teller(stage, title)))
  })
}

/** A day so many days from today, as forms and addresses write it. */
export function day(offset = 0) {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date(Date.now() + offset * 86_400_000))
}
