// Every page type in languages, themes and sizes, side by side: one HTML page and one picture of it.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { languages, openWindow, sizes, themes } from './browser.mjs'
import { expectWithinBudget } from './budgets.mjs'
import { expectAccessible, expectNoOverflow, settled } from './expectations.mjs'
import { Person } from './person.mjs'

/** Every size, language and theme there is. */
export const looks = Object.keys(sizes).flatMap((size) =>
  Object.keys(languages).flatMap((language) => themes.map((theme) => ({ size, language, theme }))),
)

/**
 * Four that between them hold every size, language and theme, for every run of the tests. Reading a page with axe takes
 * longer than all else together and depends on theme and size, not on the pairs of them, so two of the four are read.
 */
export const fewLooks = [
  { size: 'desktop', language: 'zh', theme: 'light' },
  { size: 'desktop', language: 'en', theme: 'dark', unread: true },
  { size: 'tablet', language: 'en', theme: 'light', unread: true },
  { size: 'phone', language: 'zh', theme: 'dark' },
]

/** Pages that look as they should in every look walk on as this many people side by side. */
const SIDE_BY_SIDE = 2

/**
 * Walks `pages` (see pages.mjs) in `wanted` looks and writes index.html, contact-sheet.png and one picture per cell
 * into `out`. Returns what was wrong, one line per problem, after the whole walk.
 */
export async function contactSheet(browser, program, pages, out, wanted = looks) {
  await mkdir(out, { recursive: true })
  const problems = []
  const cells = new Map()
  const walks = wanted.flatMap((look) => byRole(pages).map(([role, own]) => ({ look, role, own })))
  const walker = async () => {
    for (let walk = walks.shift(); walk; walk = walks.shift()) {
      const { look, role, own } = walk
      const person = role ? await Person.signsIn(browser, program, role, look) : await Person.arrives(browser, program, look)
      for (const page of own) {
        const cell = `${page.name} (${key(look)})`
        const complain = (error) => problems.push(`${cell}: ${error.message}`)
        await visit(person, page).catch(complain)
        const file = `${page.name.replaceAll(' ', '-')}-${look.size}-${look.language}-${look.theme}.png`
        await person.page.screenshot({ path: join(out, file) }).catch(complain)
        cells.set(`${page.name} ${key(look)}`, file)
        await expectNoOverflow(person.page).catch(complain)
        if (!look.unread) await expectAccessible(person.page).catch(complain)
        if (page.budget && look.size === 'desktop') await expectWithinBudget(person.page).catch(complain)
        problems.push(...person.problems.splice(0).filter((problem) => !page.expects?.test(problem)).map((problem) => `${cell}: ${problem}`))
      }
      await person.leaves()
    }
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, walker))
  await writeFile(join(out, 'index.html'), sheet(pages, cells, wanted))
  await photograph(browser, out)
  return problems
}

async function visit(person, { path, before }) {
  const find = async (object, filter, end = '') => {
    await person.goesTo(`/${object}?view=all&filter=${encodeURIComponent(filter)}`)
    const links = await person.page.locator(`a[href^="/${object}/"]`).evaluateAll((found) => found.map((link) => link.pathname))
    const first = links.find((link) => /^\/\w+\/\d+$/.test(link))
    if (!first) throw new Error(`there is no ${object} with ${filter} to look at`)
    return first + end
  }
  await person.goesTo(typeof path === 'function' ? await path({ find }) : path)
  await settled(person.page)
  if (before) {
    await before(person)
    await settled(person.page)
  }
}

const key = ({ size, language, theme }) => `${sizes[size].width}×${sizes[size].height} ${language} ${theme}`

function byRole(pages) {
  const groups = new Map()
  for (const page of pages) groups.set(page.role, [...(groups.get(page.role) ?? []), page])
  return [...groups]
}

function sheet(pages, cells, wanted) {
  const width = (look) => ({ desktop: 360, tablet: 300, phone: 150 })[look.size]
  const columns = wanted.map((look) => `${width(look)}px`).join(' ')
  const rows = pages.map(({ name }) => [
    `<h2>${name}</h2>`,
    ...wanted.map((look) => {
      const file = cells.get(`${name} ${key(look)}`)
      return `<figure><a href="${file}"><img src="${file}" alt=""></a><figcaption>${key(look)}</figcaption></figure>`
    }),
  ].join(''))
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Contact sheet</title>
<style>
  body { margin: 16px; font: 12px/1.4 sans-serif; background: #888; color: #fff; width: max-content }
  main { display: grid; grid-template-columns: ${columns}; gap: 10px; align-items: start }
  h2 { grid-column: 1 / -1; margin: 10px 0 0; font-size: 16px }
  figure { margin: 0 } img { width: 100%; display: block }
</style>
<main>${rows.join('\n')}</main></html>`
}

async function photograph(browser, out) {
  const context = await openWindow(browser, {})
  const page = await context.newPage()
  await page.goto(`file://${join(out, 'index.html')}`)
  const { width, height } = await page.evaluate(() => ({ width: document.body.scrollWidth + 32, height: document.documentElement.scrollHeight }))
  await page.setViewportSize({ width, height: Math.min(height, 16_000) })
  await page.screenshot({ path: join(out, 'contact-sheet.png') })
  await context.close()
}
