// Without a mouse, and with an input method.
import assert from 'node:assert/strict'
import { expectFocusKept } from '../harness/expectations.mjs'

const focused = (person) => person.page.evaluate(() => document.activeElement?.closest('[data-field]')?.dataset.field ?? document.activeElement?.name ?? document.activeElement?.id)

export default (story) => {
  story('from the list to a record to a form and back, by keyboard alone', async ({ as }) => {
    const sales = await as('account_manager')
    await sales.goesTo('/')
    await sales.types('g')
    await sales.types('c')
    await sales.page.waitForURL(/\/customer/)
    await sales.rests()
    await sales.goesTo('/customer?view=mine')
    await sales.page.locator('td[role=gridcell][tabindex="0"]').first().focus()
    await sales.types('ArrowDown')
    const id = await sales.page.evaluate(() => document.activeElement.closest('tr').dataset.id)
    await sales.types('x')
    await sales.types('x')
    await sales.types('Space')
    await sales.drawer.waitFor()
    await expectFocusKept(sales.page)
    await sales.types('Escape')
    await sales.drawer.waitFor({ state: 'hidden' })
    assert.equal(await sales.page.evaluate(() => document.activeElement.closest('tr')?.dataset.id), id, 'the focus is back on the row')
    await sales.page.locator(`#r-${id} a`).first().focus()
    await sales.types('Enter')
    await sales.page.locator('[data-record]').waitFor()
    await sales.rests()
    await sales.types('e')
    await sales.page.waitForURL(/\/edit/)
    await sales.rests()
    assert.equal(await focused(sales), 'name')
    await sales.types('Tab')
    await expectFocusKept(sales.page)
  })

  story('? lists the keys, C makes a record, Escape leaves the dialog', async ({ as }) => {
    const sales = await as('account_manager')
    await sales.goesTo('/customer')
    await sales.page.locator('main').focus()
    await sales.types('?')
    await sales.dialog.waitFor()
    await sales.dialog.getByText('快捷键').first().waitFor()
    await sales.types('Escape')
    await sales.dialog.waitFor({ state: 'hidden' })
    await sales.types('c')
    await sales.page.waitForURL(/\/customer\/new/)
  })

  story('Enter that ends a composition submits nothing', async ({ as }) => {
    const sales = await as('account_manager')
    await sales.goesTo('/customer/new')
    await sales.rests()
    // Leaving a half-filled form asks first; here the window is simply closed.
    sales.expectsProblem(/^dialog:/)
    const client = await sales.context.newCDPSession(sales.page)
    const name = sales.page.locator('[id="in-name"]')
    await name.focus()
    await client.send('Input.imeSetComposition', { text: 'lanting', selectionStart: 7, selectionEnd: 7 })
    // What Chromium sends while an input method has the key: keyCode 229, part of a composition.
    await name.dispatchEvent('keydown', { key: 'Enter', keyCode: 229, isComposing: true, bubbles: true, cancelable: true })
    await client.send('Input.insertText', { text: '兰亭' })
    assert.equal(new URL(sales.page.url()).pathname, '/customer/new')
    assert.equal(await name.inputValue(), '兰亭')

  })

  story('Enter that ends a composition chooses nothing in the palette', async ({ as }) => {
    const sales = await as('account_manager')
    await sales.goesTo('/customer?view=mine')
    await sales.types('Control+k')
    await sales.page.locator('#palette-input').fill('有限')
    await sales.page.locator('#palette-results [role=option]').first().waitFor()
    await sales.page.locator('#palette-input').dispatchEvent('keydown', { key: 'Enter', keyCode: 229, isComposing: true, bubbles: true, cancelable: true })
    assert.equal(await sales.page.locator('#palette').evaluate((box) => box.open), true, 'the palette stays open')
    assert.match(sales.address, /^\/customer\?view=mine/)
  })
}
