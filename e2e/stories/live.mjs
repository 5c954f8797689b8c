// Two people at once: changes of the one arrive at the other, and leave alone what is being edited.
import assert from 'node:assert/strict'

export default (story) => {
  story('a change that arrives while a row is edited leaves the editor alone', async ({ as }) => {
    const one = await as('sales_manager')
    const other = await as('sales_manager')
    const list = '/product?view=all&columns=name,price,unit&sort=number'
    await one.goesTo(list)
    await other.goesTo(list)
    await one.rests()
    await other.rests()
    const row = one.page.locator('tbody tr[data-id]').nth(5)
    const id = await row.getAttribute('data-id')
    const cell = (person, field) => person.page.locator(`#r-${id} td[data-field="${field}"]`)
    const editor = (person) => person.page.locator('.cell-editor input')

    await cell(one, 'price').click()
    await one.types('F2')
    await editor(one).fill('77.7')
    await cell(other, 'name').click()
    await other.types('F2')
    const name = `${await editor(other).inputValue()} 新款`
    await editor(other).fill(name)
    await other.types('Enter')
    await cell(other, 'name').getByText(name).waitFor()

    // The name arrives beside the open editor, which keeps its text and the focus.
    await cell(one, 'name').getByText(name).waitFor()
    assert.equal(await editor(one).inputValue(), '77.7')
    assert.ok(await editor(one).evaluate((input) => input === document.activeElement), 'the focus stays in the editor')
    await one.types('Enter')
    await cell(one, 'price').getByText('77.7').waitFor()
    await cell(other, 'price').getByText('77.7').waitFor()
  })

  story('new records are announced and do not move the list', async ({ as }) => {
    const one = await as('sales_manager')
    const other = await as('sales_manager')
    await one.goesTo('/task?view=all')
    await one.rests()
    const before = await one.page.locator('tbody tr[data-id]').evaluateAll((rows) => rows.map((row) => row.id))
    await other.goesTo('/task/new')
    await other.fills({ 任务: '核对展会名单' })
    await other.presses('保存')
    await other.seesStatus('核对展会名单')
    await one.sees(/有 1 条新记录|1 条新/)
    const after = await one.page.locator('tbody tr[data-id]').evaluateAll((rows) => rows.map((row) => row.id))
    assert.deepEqual(after, before)
    await one.page.locator('.news').click()
    await one.page.locator('.news').waitFor({ state: 'detached' })
  })
}
