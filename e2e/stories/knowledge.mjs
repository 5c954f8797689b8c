// What one learned while helping a customer helps the next: written, reviewed, found and thanked for.
import { day } from '../harness/book.mjs'

const TITLE = '书柜层板下弯怎样加固'

export default (story) => {
  story('an agent writes an article, and it goes back once before it is published', async ({ as }) => {
    const agent = await as('service_agent')
    const manager = await as('sales_manager')
    const article = await agent.enters('article', { 标题: TITLE, 知识分类: '产品使用', 正文: '在层板中间加一根直径 12 毫米的支撑管，承重可到三十公斤。', 关键词: '书柜 层板 下弯' })
    await agent.does('提交审核')
    await agent.seesStatus('待审核')

    await manager.goesTo('/article?view=review')
    await manager.follows(TITLE)
    await manager.does('退回修改', { 修改意见: '请写明适用的板厚' })
    await agent.goesTo(`/article/${article}`)
    await agent.sees('请写明适用的板厚')
    await agent.goesTo(`/article/${article}/edit`)
    await agent.fills({ 正文: '板厚 18 毫米及以下：在层板中间加一根直径 12 毫米的支撑管，承重可到三十公斤。' })
    await agent.presses('保存')
    await agent.page.waitForURL(new RegExp(`/article/${article}$`))
    await agent.does('提交审核')
    await manager.goesTo(`/article/${article}`)
    await manager.does('审核发布', { 有效期至: day(365) })
    await manager.seesStatus('已发布')
  })

  story('it is found by a word of its text, and solves a request', async ({ as }) => {
    const agent = await as('service_agent')
    const handler = await as('account_manager')
    const manager = await as('sales_manager')
    await handler.goesTo('/article?view=published&q=' + encodeURIComponent('支撑管'))
    await handler.follows(TITLE)
    await handler.does('有用')

    const customer = await handler.enters('customer', { 客户名称: '湖州南浔木作有限公司', 电话: '13957512613' })
    const request = await agent.enters('service_request', { 概要: '书柜层板下弯', 服务类型: '咨询' }, { at: `?customer=${customer}` })
    await manager.goesTo(`/service_request/${request}`)
    await manager.does('分配', { 分配给: await handler.name() })
    await handler.goesTo(`/service_request/${request}`)
    await handler.does('处理', { 处理结果: '寄出支撑管' })
    await handler.does('关联知识', { 解决所用知识: TITLE })
    await manager.goesTo('/article?view=published&q=' + encodeURIComponent('支撑管'))
    await manager.follows(TITLE)
    await manager.sees('书柜层板下弯')
  })
}
