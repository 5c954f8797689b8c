// Every library that ships or builds the program has a licence that asks nothing of those who run it: permissive, or
// MPL, whose duty ends at its own files. One TLS and crypto back-end only, so aws-lc is refused by name.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cargoMetadata, projectFiles, report } from './project.mjs'

const accepted = new Set([
  'MIT', 'MIT-0', 'Apache-2.0', 'BSD-1-Clause', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'Zlib', '0BSD', 'BSD-0-Clause', 'Unlicense', 'CC0-1.0',
  'BSL-1.0', 'Unicode-3.0', 'Unicode-DFS-2016', 'CDLA-Permissive-2.0', 'MPL-2.0', 'OFL-1.1', 'BlueOak-1.0.0', 'Python-2.0', 'CC-BY-4.0',
])
const refused = /^(aws-lc-sys|aws-lc-rs|openssl-sys|native-tls)$/

/** Whether an SPDX expression leaves us an accepted choice. `/` is how old manifests write OR. */
function accepts(expression) {
  const words = expression.replace(/\//g, ' OR ').replace(/ WITH [\w.-]+/g, '').match(/[()]|[\w.+-]+/g) ?? []
  const either = () => {
    let yes = both()
    while (words[0] === 'OR') { words.shift(); yes = both() || yes }
    return yes
  }
  const both = () => {
    let yes = one()
    while (words[0] === 'AND') { words.shift(); yes = one() && yes }
    return yes
  }
  const one = () => {
    const word = words.shift()
    if (word !== '(') return accepted.has(word)
    const yes = either()
    words.shift()
    return yes
  }
  return either()
}

const host = execFileSync('rustc', ['-vV']).toString().match(/host: (.*)/)[1]
const { packages } = cargoMetadata('--filter-platform', host, ...(process.env.CI ? ['--locked'] : []))
const problems = packages.flatMap(({ name, version, license }) => [
  ...(accepts(license ?? '') ? [] : [`${name} ${version}: licence ${license ?? 'not stated'}`]),
  ...(refused.test(name) ? [`${name} ${version}: a second crypto back-end`] : []),
])
for (const file of projectFiles('*/package-lock.json', 'package-lock.json')) {
  for (const [path, { license, version }] of Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages)) {
    if (path !== '' && !accepts(license ?? '')) problems.push(`${file}: ${path} ${version}: licence ${license ?? 'not stated'}`)
  }
}
report('licences are permissive or MPL', problems)
