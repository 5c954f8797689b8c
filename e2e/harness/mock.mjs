// A stand-in for the program, just large enough to prove that the harness sees what it claims to see.
import { createServer } from 'node:http'

const words = {
  zh: { title: '客户', greeting: '你好，销售', save: '保存', name: '名称', saved: '已保存', login: '登录' },
  en: { title: 'Customers', greeting: 'Hello, sales', save: 'Save', name: 'Name', saved: 'Saved', login: 'Log in' },
}

function html(language, title, body) {
  return `<!doctype html><html lang="${language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"><title>${title}</title>
<style>
  body { font: 16px "Noto Sans CJK SC", sans-serif; margin: 0; padding: 16px; background: #fff; color: #111 } a { color: #0040a0 }
  @media (prefers-color-scheme: dark) { body { background: #111; color: #eee } a { color: #9cf } }
</style>
<nav aria-label="${title}"><a href="/customer">${title}</a></nav><main><h1>${title}</h1>${body}</main></html>`
}

export async function startMock({ engine = 'mock' } = {}) {
  const server = createServer((request, response) => {
    const language = (request.headers['accept-language'] ?? 'zh').startsWith('en') ? 'en' : 'zh'
    const text = words[language]
    const signedIn = /session=1/.test(request.headers.cookie ?? '')
    const send = (status, body, headers = {}) => {
      response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'self' 'unsafe-inline' data:", ...headers })
      response.end(body)
    }
    const routes = {
      'GET /login': () => send(200, html(language, text.login, `<form method="post"><label>${text.name}<input name="login"></label>
        <label>*<input name="password" type="password" aria-label="password"></label><button type="submit">${text.login}</button></form>`)),
      'POST /login': () => {
        let form = ''
        request.on('data', (chunk) => (form += chunk)).on('end', () => {
          const { login, password } = Object.fromEntries(new URLSearchParams(form))
          if (login === 'zhang' && password === 'secret') send(303, '', { location: '/', 'set-cookie': 'session=1; HttpOnly' })
          else send(403, html(language, text.login, ''))
        })
      },
      'GET /': () => send(200, html(language, text.title, `<p>${text.greeting}</p>`)),
      'GET /customer': () => send(200, html(language, text.title, `<form><div class="field"><label>${text.name}<input></label></div>
        <button type="button" onclick="document.querySelector('output').textContent = '${text.saved}'">${text.save}</button><output></output></form>
        <table><tbody><tr><td>1</td></tr><tr><td>2</td></tr></tbody></table>`)),
      'GET /wide': () => send(200, html(language, text.title, '<div class="wide" style="width: 3000px">→</div>')),
      'GET /unreadable': () => send(200, html(language, text.title, '<p style="color: #ccc; background: #fff">faint</p><input>')),
      'GET /noisy': () => send(200, html(language, text.title, '<img src="/gone.png" alt=""><script>console.error("noise"); throw new Error("thrown")</script>')),
      'GET /outward': () => send(200, html(language, text.title, '<script>fetch("//example.invalid/").catch(() => {})</script>')),
    }
    const path = new URL(request.url, 'http://mock').pathname
    if (!signedIn && path !== '/login') return send(303, '', { location: '/login' })
    const route = routes[`${request.method} ${path}`]
    if (route) route()
    else send(404, html(language, text.title, ''))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    engine,
    logins: { sales: { login: 'zhang', password: 'secret' } },
    log: () => '',
    stop: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve) }),
  }
}
