// Rules about the text of the project that no compiler knows. Each says its reason where it is reported.
import { readFileSync } from 'node:fs'
import { projectFiles, report, shippedSources, tokens } from './project.mjs'

const sources = shippedSources().map((source) => ({ ...source, tokens: tokens(source.text) }))

// Files that are data in the shape of Rust: tables of characters, surnames and the like.
const isData = (file) => /(^|\/)data(\/|\.rs$)|_table\.rs$/.test(file) || file.startsWith('crates/text/')

report(
  'what people read stands in phrase tables and documents, in both languages, never in Rust',
  sources.filter(({ file }) => !isData(file)).flatMap(({ file, tokens }) =>
    tokens
      .filter(({ kind, text }) => kind !== 'comment' && /\p{Script=Han}/u.test(text))
      .map(({ line, text }) => `${file}:${line}: Chinese text in code: ${text.slice(0, 60)}`)),
)

report(
  'a space stands between a text and the element after it, because maud reads "text"b as one literal and drops the element',
  sources.flatMap(({ file, text, tokens }) =>
    tokens
      .filter((token) => token.kind === 'string' && /[\p{L}_]/u.test(text[token.end] ?? ''))
      .map(({ line, text: literal }) => `${file}:${line}: ${literal.slice(0, 60)} touches the word after it`)),
)

report(
  'only the store room speaks to a database',
  sources.filter(({ file }) => !file.startsWith('crates/store/')).flatMap(({ file, text, tokens }) =>
    tokens
      .filter((token) => token.kind === 'word' && /^(rusqlite|postgres|tokio_postgres|sea_query|libsqlite3_sys)$/.test(token.text))
      .filter((token) => /^\s*::/.test(text.slice(token.end)) || /\buse\s+$/.test(text.slice(0, token.start)))
      .map(({ line, text: word }) => `${file}:${line}: ${word} is named outside crates/store`)),
)

report(
  'verbs and storage are plain synchronous Rust; only api, web, channels and app wait',
  sources.filter(({ file }) => !/^crates\/(api|web|channels|app)\//.test(file)).flatMap(({ file, tokens }) =>
    tokens
      .filter(({ kind, text }) => kind === 'word' && /^(async|await)$/.test(text))
      .map(({ line, text }) => `${file}:${line}: ${text} in a synchronous room`)),
)

// The names are put together here, so that this file does not itself break the rule.
const hosts = [['crates', 'io'], ['registry', 'npmjs', 'org'], ['deb', 'debian', 'org'], ['pypi', 'org'], ['files', 'pythonhosted', 'org']]
  .map((parts) => parts.join('.'))
const locks = /(^|\/)(Cargo\.lock|package-lock\.json)$/

report(
  'registry addresses stand in lock files only, so that a site can use mirrors of its own',
  projectFiles().filter((file) => !locks.test(file)).flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    return hosts.filter((host) => text.includes(host)).map((host) => `${file}: names ${host}`)
  }),
)
