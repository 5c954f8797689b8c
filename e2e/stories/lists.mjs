// A list: conditions become a view with an address, cells are edited by keyboard, many records change at once.
import assert from 'node:assert/strict'
import { expectFocusKept } from '../harness/expectations.mjs'

export default (story) => {
  story('a filter becomes a saved view, and its address shows the same list', async ({ as }) => {
    const manager = await as('sales_manager')
    await manager.goesTo('/customer?view=all')
    await manager.main.locator('filter-button [data-open]').click()
    const builder = manager.page.locator('.filter-builder, .popover').filter({ has: manager.page.getByLabel('运算符') }).first()
    await builder.getByLabel('字段').first().selectOption({ label: '客户等级' })
    await builder.getByLabel('运算符').first().selectOption({ label: '属于' })
    await builder.locator('.value').getByText('大客户').first().click()
    await builder.locator('output').getByText(/命中/).waitFor()
    await builder.getByRole('button', { name: '完成' }).click()
    await manager.sees('视图已修改')
    await manager.rests()
    const shown = await manager.main.locator('tbody tr[data-id]').count()
    assert.ok(shown > 0, 'the demonstration data has such customers')
    const address = manager.address

    await manager.presses('保存视图')
    await manager.dialog.waitFor()
    await manager.fills({ 视图名称: '大客户一览' })
    await manager.dialog.locator('footer').getByRole('button', { name: '保存' }).last().click()
    await manager.hears('视图「大客户一览」已保存')
    await manager.main.getByRole('link', { name: /大客户一览/ }).first().waitFor()
    await manager.rests()
    assert.equal(await manager.main.locator('tbody tr[data-id]').count(), shown)
    const saved = manager.address

    for (const link of [address, saved]) {
      const again = await as('sales_manager')
      await again.goesTo(link)
      assert.equal(await again.main.locator('tbody tr[data-id]').count(), shown, `${link} shows the same list`)
    }
  })

  story('three cells in a row are edited by keyboard', async ({ as }) => {
    const manager = await as('sales_manager')
    await manager.goesTo('/product?view=all&columns=name,price,unit&sort=number')
    await manager.rests()
    const ids = await manager.page.locator('tbody tr[data-id]').evaluateAll((rows) => rows.slice(0, 3).map((row) => row.dataset.id))
    const cell = (id, field) => manager.page.locator(`#r-${id} td[data-field="${field}"]`)
    const editor = manager.page.locator('.cell-editor input')
    await cell(ids[0], 'price').click()
    for (const [row, price] of ['11.5', '12.5', '13.5'].entries()) {
      await manager.types('Enter')
      await editor.fill(price)
      await manager.types('Enter')
      await cell(ids[row], 'price').getByText(price).waitFor()
    }
    await expectFocusKept(manager.page)
    // Tab saves and goes on to the next cell that can be edited, Escape gives back what was there.
    await cell(ids[0], 'name').click()
    await manager.types('F2')
    const name = await editor.inputValue()
    await editor.fill(`${name} 改`)
    await manager.types('Tab')
    await cell(ids[0], 'price').locator('.cell-editor input').waitFor()
    await editor.fill('99')
    await manager.types('Escape')
    await cell(ids[0], 'price').getByText('11.5').waitFor()
    await manager.rests()
    await manager.page.reload()
    for (const [row, price] of ['11.5', '12.5', '13.5'].entries()) await cell(ids[row], 'price').getByText(price).waitFor()
    await cell(ids[0], 'name').getByText(`${name} 改`).first().waitFor()
  })

  story('several records change hands at once', async ({ as }) => {
    const sales = await as('account_manager')
    const manager = await as('sales_manager')
    const name = await sales.name()
    await manager.goesTo('/customer?view=all&sort=name')
    await manager.rests()
    const ids = []
    for (const row of [1, 2, 3]) {
      const line = manager.page.locator('tbody tr[data-id]').nth(row)
      ids.push(await line.getAttribute('data-id'))
      await line.locator('[data-check]').click()
    }
    await manager.sees('已选 3 条')
    await manager.page.locator('[data-bulk]').getByRole('button', { name: '转移负责人' }).click()
    await manager.agrees('转移', { 新负责人: name })
    await manager.hears(/已处理 3 条|3/)
    for (const id of ids) {
      await manager.goesTo(`/customer/${id}`)
      await manager.page.locator('#record-head').getByText(name).first().waitFor()
    }
  })

  story('a deleted record comes back by undo, and the recycle bin knows it', async ({ as }) => {
    const manager = await as('sales_manager')
    await manager.goesTo('/customer/new')
    await manager.fills({ 客户名称: '误删测试商贸行' })
    await manager.presses('保存')
    await manager.seesStatus('误删测试商贸行')
    const id = await manager.record()
    await manager.presses('删除')
    await manager.hears('已将「误删测试商贸行」移入回收站')
    await manager.page.locator('#toasts').getByRole('button', { name: '撤销' }).last().click()
    await manager.page.locator('#toasts').getByText(/恢复|撤销/).first().waitFor()
    await manager.goesTo(`/customer/${id}`)
    await manager.seesStatus('误删测试商贸行')
  })

  story('the back button restores the view and the place in it', async ({ as }) => {
    const manager = await as('sales_manager')
    await manager.goesTo('/customer?view=all&sort=name')
    await manager.rests()
    const grid = manager.page.locator('.grid').first()
    await grid.evaluate((view) => { view.scrollTop = 600 })
    const at = await grid.evaluate((view) => new Promise((resolve) => requestAnimationFrame(() => resolve(view.scrollTop))))
    assert.ok(at > 300, 'the list is longer than the window')
    const row = manager.page.locator('tbody tr[data-id]').nth(20)
    const id = await row.getAttribute('data-id')
    await row.locator('a').first().click()
    await manager.page.locator('[data-record]').waitFor()
    await manager.rests()
    await manager.page.goBack()
    await manager.page.locator(`#r-${id}`).waitFor()
    assert.equal(manager.address, '/customer?view=all&sort=name')
    await manager.page.waitForFunction((at) => Math.abs((document.querySelector('.grid')?.scrollTop ?? 0) - at) < 80, at)
  })

  story('two people edit one record, and the second sees both values', async ({ as }) => {
    const manager = await as('sales_manager')
    await manager.goesTo('/customer/new')
    await manager.fills({ 客户名称: '双人编辑茶业', 详细地址: '旧址一号' })
    await manager.presses('保存')
    await manager.seesStatus('双人编辑茶业')
    const id = await manager.record()

    const second = await as('sales_manager')
    await second.goesTo(`/customer/${id}/edit`)
    await manager.goesTo(`/customer/${id}/edit`)
    await manager.fills({ 详细地址: '新址二号' })
    await manager.presses('保存')
    await manager.hears('已保存')

    second.expectsProblem(/answer: 409 to POST/)
    await second.fills({ 详细地址: '新址三号', 邮政编码: '310000' })
    await second.presses('保存')
    await second.sees('新址二号')
    const line = second.main.locator('table tr', { hasText: '详细地址' })
    await line.getByText('新址二号').waitFor()
    await line.getByText('新址三号').click()
    await second.presses('保存')
    await second.hears('已保存')
    await second.goesTo(`/customer/${id}`)
    await second.sees('新址三号')
    await second.sees('310000')
  })
}
