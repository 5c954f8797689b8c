// The board: cards move at once, go back when they must not, and are asked about when they are lost.
import assert from 'node:assert/strict'

async function deal(manager, title) {
  await manager.goesTo('/opportunity/new')
  await manager.fills({ 商机概要: title, 客户名称: `${title}客户`, 预计金额: '50000', 成功几率: '30' })
  await manager.presses('保存')
  await manager.seesStatus(title)
  return manager.record()
}

/** Drags with the pointer, in the small steps that a hand makes. */
async function drags(person, card, column) {
  // The board's island arrives after the page; before that there is nothing that could be dragged.
  await person.page.evaluate(() => customElements.whenDefined('deal-board').then(() => true))
  const from = await card.boundingBox()
  const to = await column.boundingBox()
  const { mouse } = person.page
  await mouse.move(from.x + 40, from.y + 20)
  await mouse.down()
  await mouse.move(from.x + 60, from.y + 30, { steps: 4 })
  await mouse.move(to.x + to.width / 2, to.y + Math.min(160, to.height / 2), { steps: 12 })
  await mouse.move(to.x + to.width / 2, to.y + Math.min(165, to.height / 2 + 5), { steps: 2 })
  await mouse.up()
}

const columnOf = (person, value) => person.page.locator(`.column[data-value="${value}"]`)

export default (story) => {
  story('an order is dragged along its path, and its heads count again', async ({ as }) => {
    const sales = await as('account_manager')
    await sales.goesTo('/order?view=board&filter=' + encodeURIComponent('customer.owner == me'))
    await sales.rests()
    const card = sales.page.locator('.column:not(.folded) .deal:not([data-locked])').first()
    const id = await card.getAttribute('data-id')
    const from = await card.evaluate((node) => node.closest('.column').dataset.value)
    const values = await sales.page.locator('.column:not(.folded)').evaluateAll((columns) => columns.map((column) => column.dataset.value))
    const to = values.find((value) => value !== from)
    const before = Number(await columnOf(sales, to).locator('[data-count]').textContent())
    await drags(sales, sales.page.locator(`#d-${id}`), columnOf(sales, to))
    await columnOf(sales, to).locator(`#d-${id}`).waitFor()
    await sales.page.locator(`#d-${id}:not([aria-busy])`).waitFor()
    await sales.page.waitForFunction(([to, count]) => Number(document.querySelector(`.column[data-value="${to}"] [data-count]`).textContent) === count, [to, before + 1])
    await sales.page.reload()
    await columnOf(sales, to).locator(`#d-${id}`).waitFor()
  })

  story('a move that the rules refuse is put back with a word', async ({ as }) => {
    const manager = await as('sales_manager')
    const id = await deal(manager, '看板退回')
    await manager.goesTo('/opportunity?view=board&q=' + encodeURIComponent('看板退回'))
    await manager.rests()
    manager.expectsProblem(/answer: 4\d\d to (GET|POST) .*\/(start|move|win)/)
    await drags(manager, manager.page.locator(`#d-${id}`), columnOf(manager, 'developing'))
    // Nobody has it yet, so it cannot be developed: the dialog says so, and the card stands where it stood.
    await manager.page.locator('#dialog[open], #toasts :text-matches(".+")').first().waitFor()
    if ((await manager.dialog.count()) > 0) await manager.types('Escape')
    await columnOf(manager, 'unassigned').locator(`#d-${id}`).waitFor()
  })

  story('a drop on lost asks for the reason', async ({ as }) => {
    const manager = await as('sales_manager')
    const id = await deal(manager, '看板输单')
    await manager.does('指派', { 指派给: await manager.name() })
    await manager.does('开始开发')
    await manager.goesTo('/opportunity?view=board&q=' + encodeURIComponent('看板输单'))
    await manager.rests()
    await drags(manager, manager.page.locator(`#d-${id}`), columnOf(manager, 'lost'))
    await manager.dialog.waitFor()
    await manager.types('Escape')
    await columnOf(manager, 'developing').locator(`#d-${id}`).waitFor()

    // The board as it was left: the refused card has settled, and a second drag starts from a page at rest.
    await manager.goesTo('/opportunity?view=board&q=' + encodeURIComponent('看板输单'))
    await manager.rests()
    await drags(manager, manager.page.locator(`#d-${id}`), columnOf(manager, 'lost'))
    await manager.agrees('输单', { 输单原因: '预算取消' })
    await manager.goesTo(`/opportunity/${id}`)
    await manager.page.locator('#path [aria-current=step]', { hasText: '开发失败' }).waitFor()
  })

  story('the board is walked and cards are moved by keyboard', async ({ as }) => {
    const manager = await as('sales_manager')
    const id = await deal(manager, '看板键盘')
    await manager.goesTo('/opportunity?view=board&q=' + encodeURIComponent('看板键盘'))
    await manager.rests()
    await manager.page.locator(`#d-${id}`).focus()
    await manager.types(']')
    await manager.agrees('指派', { 指派给: await manager.name() })
    await columnOf(manager, 'assigned').locator(`#d-${id}`).waitFor()
    await manager.page.locator(`#d-${id}`).focus()
    await manager.types('Enter')
    await manager.page.locator('[data-record]').waitFor()
    assert.equal(await manager.record(), id)
  })
}
