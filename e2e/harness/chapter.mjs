// Each story gets people, tells what they do, and ends with nobody having met a console error, a failed request or an
// address outside the machine. A chapter is a few stories with a program of their own; the book shares one among all.
import { mkdir, writeFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { openBrowser } from './browser.mjs'
import { Person } from './person.mjs'
import { engines, startProgram } from './program.mjs'

const out = new URL('../out/', import.meta.url)

/** The function that tells a story on a stage: an engine, its program and a browser, which are there when it runs. */
export function teller(stage, title) {
  return function story(name, body, { timeout = 180_000 } = {}) {
    test(name, { timeout }, async () => {
      const { browser, program } = stage
      const people = []
      const join = (person) => { people.push(person); return person }
      try {
        await body({
          program,
          browser,
          as: async (role, looks) => join(await Person.signsIn(browser, program, role, looks)),
          visitor: async (looks) => join(await Person.arrives(browser, program, looks)),
        })
        for (const person of people) person.hadNoProblems()
      } catch (error) {
        await keepEvidence(`${stage.engine} ${title} ${name}`, people, program, error)
        throw error
      } finally {
        for (const person of people) await person.leaves()
      }
    })
  }
}

export function chapter(title, tell, { start = startProgram, on = engines } = {}) {
  for (const engine of on) {
    describe(`${title}, on ${engine}`, () => {
      const stage = { engine }
      before(async () => {
        stage.program = await start({ engine })
        stage.browser = await openBrowser()
      }, { timeout: 900_000 })
      after(async () => {
        await stage.browser?.close()
        await stage.program?.stop()
      })
      tell(teller(stage, title))
    })
  }
}

/** What each person last saw, what the browser complained of, and what the program last said, in e2e/out. */
async function keepEvidence(name, people, program, error) {
  const file = name.replace(/[^\p{L}\p{N}]+/gu, '-')
  await mkdir(out, { recursive: true })
  const told = people.map((person, index) => [`person ${index + 1} at ${person.page.url()}`, ...person.problems].join('\n  '))
  await writeFile(new URL(`${file}.log`, out), [error.stack, ...told, program?.log?.() ?? ''].join('\n\n'))
  for (const [index, person] of people.entries()) {
    await person.page.screenshot({ path: new URL(`${file}-${index + 1}.png`, out).pathname }).catch(() => {})
  }
}
