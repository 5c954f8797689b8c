// A chapter is a file of stories that share one program per engine. Each story gets people, tells what they do, and ends
// with nobody having met a console error, a failed request or an address outside the machine.
import { mkdir, writeFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { openBrowser } from './browser.mjs'
import { Person } from './person.mjs'
import { engines, startProgram } from './program.mjs'

const out = new URL('../out/', import.meta.url)

export function chapter(title, tell, { start = startProgram, on = engines } = {}) {
  for (const engine of on) {
    describe(`${title}, on ${engine}`, () => {
      let browser
      let program
      before(async () => {
        program = await start({ engine })
        browser = await openBrowser()
      }, { timeout: 120_000 })
      after(async () => {
        await browser?.close()
        await program?.stop()
      })

      tell(function story(name, body) {
        test(name, { timeout: 90_000 }, async () => {
          const people = []
          const join = (person) => { people.push(person); return person }
          try {
            await body({
              program,
              as: async (role, looks) => join(await Person.signsIn(browser, program, role, looks)),
              visitor: async (looks) => join(await Person.arrives(browser, program, looks)),
            })
            for (const person of people) person.hadNoProblems()
          } catch (error) {
            await keepEvidence(`${engine} ${title} ${name}`, people, program)
            throw error
          } finally {
            for (const person of people) await person.leaves()
          }
        })
      })
    })
  }
}

/** What each person last saw, and what the program last said, in e2e/out. */
async function keepEvidence(name, people, program) {
  const file = name.replace(/[^\p{L}\p{N}]+/gu, '-')
  await mkdir(out, { recursive: true })
  await writeFile(new URL(`${file}.log`, out), program?.log?.() ?? '')
  for (const [index, person] of people.entries()) {
    await person.page.screenshot({ path: new URL(`${file}-${index + 1}.png`, out).pathname }).catch(() => {})
  }
}
