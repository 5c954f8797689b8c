// What must hold on every page, whatever it shows.
import assert from 'node:assert/strict'
import axe from 'axe-core'

/** The page does not scroll sideways, and no visible element reaches past its edge. */
export async function expectNoOverflow(page) {
  const { width, content, wide } = await page.evaluate(() => {
    const width = document.documentElement.clientWidth
    const scrolls = (element) => /auto|scroll|hidden|clip/.test(getComputedStyle(element).overflowX)
    const insideScroller = (element) => {
      for (let up = element.parentElement; up && up !== document.body; up = up.parentElement) if (scrolls(up)) return true
      return false
    }
    const wide = [...document.body.querySelectorAll('*')]
      .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > width + 1 && !insideScroller(element))
      .map((element) => `${element.tagName.toLowerCase()}${element.id ? `#${element.id}` : ''}.${[...element.classList].join('.')}`)
    return { width, content: document.documentElement.scrollWidth, wide: wide.slice(0, 5) }
  })
  assert.ok(content <= width && wide.length === 0, `${page.url()} is ${content} px wide in a window of ${width} px: ${wide.join(', ')}`)
}

/** axe-core finds nothing against WCAG 2.2 AA. */
export async function expectAccessible(page, { except = [] } = {}) {
  // Evaluated by the debugger rather than as a script element, which the page's own content policy would refuse.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source)
  const { violations } = await page.evaluate(
    (except) => globalThis.axe.run({ exclude: except }, {
      runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] },
      resultTypes: ['violations'],
    }),
    except.map((selector) => [selector]),
  )
  const lines = violations.flatMap(({ id, help, nodes }) => nodes.slice(0, 5).map((node) => `${id}: ${help}: ${node.target.join(' ')}: ${node.html.slice(0, 120)}`))
  if (lines.length > 0) assert.fail(`${page.url()} against WCAG 2.2 AA:\n${lines.join('\n')}`)
}

/** After an update in place the keyboard is still where the person left it. */
export async function expectFocusKept(page) {
  const tag = await page.evaluate(() => document.activeElement?.tagName)
  assert.notEqual(tag, 'BODY', `${page.url()}: the focus fell back to the page`)
}

/** Waits until every island of the page listens, before which clicks and keys are lost. Without the network none is fetched. */
export async function listening(page) {
  await page.waitForFunction(() => !navigator.onLine || !document.querySelector(':not(:defined)'))
}

/**
 * Waits until the page has drawn all it will draw by itself: fonts loaded, nothing marked busy, two frames passed.
 * Waiting for the network to fall silent would never end on pages that listen for live updates.
 */
export async function settled(page) {
  await page.waitForLoadState('load')
  await listening(page)
  await page.locator('[aria-busy=true], .htmx-request').first().waitFor({ state: 'detached' })
  await page.evaluate(async () => {
    await document.fonts.ready
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  })
}
