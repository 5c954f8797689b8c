// A target for the year, spread over the months, and how far a person has come.
import assert from 'node:assert/strict'
import { day } from '../harness/book.mjs'

const year = Number(day().slice(0, 4)) + 1

export default (story) => {
  story('the manager sets a target for next year and spreads it over the months', async ({ as }) => {
    const manager = await as('sales_manager')
    const sales = await as('account_manager')
    const target = await manager.enters('sales_target', { 年份: String(year), 周期: '年', 考核对象: '个人', 考核人员: await sales.name(), 考核指标: '订单金额', 目标值: '1000000', 冲刺值: '1200000', 挑战值: '1500000' })
    await manager.does('分解到月', { 分解方式: '平均' })
    await manager.goesTo(`/sales_target?view=all&filter=${encodeURIComponent(`year_target == "${target}"`)}`)
    assert.equal(await manager.counts(), 12)
    const months = await manager.main.locator('tbody tr').allTextContents()
    assert.equal(months.filter((row) => /83,33[34]/.test(row) || /83333\.3[34]/.test(row) || /83,333\.3[34]/.test(row)).length, 12, months.join('\n'))
  })

  story('an order of today counts at once', async ({ as }) => {
    const sales = await as('account_manager')
    const name = await sales.name()
    const reached = async () => {
      await sales.goesTo('/report/performance?measure=order_amount&by=person&span=month')
      const row = sales.main.locator('tbody tr', { hasText: name }).first()
      const amount = (await row.locator('td').nth(4).textContent()).replace(/[^\d.]/g, '')
      return Math.round(Number(amount) * 100)
    }
    const before = await reached()
    const customer = await sales.enters('customer', { 客户名称: '衢州烂柯棋具有限公司', 电话: '13957512617' })
    await sales.goesTo(`/order/new?customer=${customer}`)
    const line = (name) => sales.page.locator(`[id="in-line-0-${name}"]`)
    await sales.fills({ 下单日期: day() })
    await line('name').fill('会议桌')
    await line('quantity').fill('3')
    await line('unit_price').fill('1200.50')
    await sales.presses('保存')
    await sales.hears('已创建')
    assert.equal(await reached() - before, 360_150, 'three at 1,200.50')
  })
}
