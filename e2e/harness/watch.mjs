// Everything that goes wrong without anyone looking: console errors, uncaught errors, failed requests, strange answers.

/** Starts collecting on a page; `problems` fills as they happen. */
export function watch(page) {
  const problems = []
  const expected = []
  const isExpected = (text) => expected.some((pattern) => pattern.test(text))
  const note = (text) => isExpected(text) || problems.push(text)

  page.on('console', (message) => {
    // Chromium also reports a failed request on the console, without saying which; the response below says it better.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) note(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => note(`uncaught: ${error.message}`))
  page.on('dialog', (dialog) => { note(`dialog: ${dialog.message()}`); dialog.dismiss().catch(() => {}) })
  page.on('requestfailed', (request) => {
    // A request that the page itself gave up, by navigating on, is not a fault.
    const reason = request.failure()?.errorText ?? 'no answer'
    if (reason !== 'net::ERR_ABORTED') note(`request: ${request.method()} ${request.url()}: ${reason}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) note(`answer: ${response.status()} to ${response.request().method()} ${response.url()}`)
  })
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url())
    if (/^https?:|^wss?:/.test(protocol) && !['127.0.0.1', 'localhost'].includes(hostname)) note(`outside: ${request.url()}`)
  })

  return {
    problems,
    /** From here on, problems that match are part of the story. */
    expect: (pattern) => expected.push(pattern),
  }
}
