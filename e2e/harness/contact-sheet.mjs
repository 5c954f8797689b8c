// Every page type in both languages, both themes and three sizes, side by side: one HTML page and one picture of it.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { languages, openWindow, sizes, themes } from './browser.mjs'
import { expectAccessible, expectNoOverflow, settled } from './expectations.mjs'
import { Person } from './person.mjs'

export const looks = Object.keys(sizes).flatMap((size) =>
  Object.keys(languages).flatMap((language) => themes.map((theme) => ({ size, language, theme }))),
)

/**
 * Walks `pages` ({ name, path, role }, without role for a visitor) and writes index.html, contact-sheet.png and one
 * picture per cell into `out`. Returns what was wrong, one line per problem, after the whole walk.
 */
export async function contactSheet(browser, program, pages, out) {
  await mkdir(out, { recursive: true })
  const problems = []
  const cells = new Map()
  for (const look of looks) {
    for (const [role, ownPages] of byRole(pages)) {
      const person = role ? await Person.signsIn(browser, program, role, look) : await Person.arrives(browser, program, look)
      for (const { name, path } of ownPages) {
        const file = `${name}-${look.size}-${look.language}-${look.theme}.png`
        await person.goesTo(path)
        await settled(person.page)
        await person.page.screenshot({ path: join(out, file) })
        cells.set(`${name} ${key(look)}`, file)
        const complain = (error) => problems.push(`${name} (${key(look)}): ${error.message}`)
        await expectNoOverflow(person.page).catch(complain)
        await expectAccessible(person.page).catch(complain)
        problems.push(...person.problems.splice(0).map((problem) => `${name} (${key(look)}): ${problem}`))
      }
      await person.leaves()
    }
  }
  await writeFile(join(out, 'index.html'), sheet(pages, cells))
  await photograph(browser, out)
  return problems
}

const key = ({ size, language, theme }) => `${sizes[size].width}×${sizes[size].height} ${language} ${theme}`

function byRole(pages) {
  const groups = new Map()
  for (const page of pages) groups.set(page.role, [...(groups.get(page.role) ?? []), page])
  return groups
}

function sheet(pages, cells) {
  const width = (look) => ({ desktop: 360, tablet: 300, phone: 150 })[look.size]
  const columns = looks.map((look) => `${width(look)}px`).join(' ')
  const rows = pages.map(({ name }) => [
    `<h2>${name}</h2>`,
    ...looks.map((look) => {
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
