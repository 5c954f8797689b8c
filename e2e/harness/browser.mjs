// Debian's Chromium, started so that it asks nothing of any network but the page under test.
import { chromium } from 'playwright-core'

export const sizes = {
  desktop: { width: 1440, height: 900 },
  tablet: { width: 1024, height: 768 },
  phone: { width: 390, height: 844 },
}
export const languages = { zh: 'zh-CN', en: 'en-US' }
export const themes = ['light', 'dark']

export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.GUANXI_CHROMIUM ?? '/usr/bin/chromium-headless-shell',
    args: [
      '--no-sandbox', // Chromium's own sandbox does not start for root, which is who runs tests in a container
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
    ],
  })
}

/** A window of its own, with its own cookies, in a language, a theme and a size. */
export async function openWindow(browser, { language = 'zh', theme = 'light', size = 'desktop', url } = {}) {
  const context = await browser.newContext({
    baseURL: url,
    locale: languages[language],
    colorScheme: theme,
    viewport: sizes[size],
    hasTouch: size === 'phone',
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce', // screenshots and waits are then the same on every run
  })
  context.setDefaultTimeout(Number(process.env.GUANXI_PATIENCE ?? 20_000))
  return context
}
