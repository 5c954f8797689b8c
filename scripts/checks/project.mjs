// What the checks beside this file know about the project: its files, its packages, and enough of Rust's grammar to
// tell code, comments and literals apart. A regular expression alone mistakes quotes in comments for strings.
import { readFileSync } from 'node:fs'
import { execFileSync, spawnSync } from 'node:child_process'

/** Every file of the project that git tracks or would track, so that a check also sees what is not yet added. */
export function projectFiles(...patterns) {
  const options = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate', '--', ...patterns]
  const deleted = new Set(split(execFileSync('git', ['ls-files', '-z', '--deleted'])))
  return split(execFileSync('git', options)).filter((file) => !deleted.has(file))
}
const split = (output) => output.toString().split('\0').filter(Boolean)

const TOKEN = new RegExp(
  [
    String.raw`(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)`,
    String.raw`(?<string>[bc]?r(?<hashes>#*)"[\s\S]*?"\k<hashes>|[bc]?"(?:\\[\s\S]|[^"\\])*")`,
    String.raw`(?<char>b?'(?:\\(?:u\{[^}]*\}|x..|.)|[^'\\\n])')`,
    String.raw`(?<word>[\p{L}_][\p{L}\p{N}_]*)`,
  ].join('|'),
  'gu',
)

/** The comments, strings, characters and words of a Rust file, each with its kind, text, start, end and line. */
export function tokens(text) {
  let line = 1
  let seen = 0
  return [...text.matchAll(TOKEN)].map((match) => {
    for (; seen < match.index; seen++) if (text[seen] === '\n') line++
    const kind = ['comment', 'string', 'char', 'word'].find((name) => match.groups[name] !== undefined)
    return { kind, text: match[0], start: match.index, end: match.index + match[0].length, line }
  })
}

/** The file's text with every item under `#[cfg(test)]` blanked out; line numbers stay as they are. */
export function withoutTests(text) {
  const literals = tokens(text).filter((token) => token.kind !== 'word')
  const insideLiteral = (at) => literals.some((token) => token.start <= at && at < token.end)
  let result = text
  for (const { index } of text.matchAll(/#\[cfg\(test\)\]/g)) {
    if (insideLiteral(index)) continue
    let depth = 0
    for (let at = index; at < text.length; at++) {
      if (!'{};'.includes(text[at]) || insideLiteral(at)) continue
      if (text[at] === '{') depth++
      if (text[at] === '}') depth--
      if (depth > 0) continue
      const item = text.slice(index, at + 1)
      result = result.slice(0, index) + item.replace(/[^\n]/g, ' ') + result.slice(at + 1)
      break
    }
  }
  return result
}

/** Rust sources that ship: no test folder, no test file, no example, no benchmark. */
export function shippedSources() {
  const aside = /(^|\/)(tests|benches|examples)\/|(^|\/)tests?\.rs$|_tests?\.rs$/
  return projectFiles('crates/**/*.rs', 'crates/*/src/*.rs')
    .filter((file) => !aside.test(file))
    .map((file) => ({ file, text: withoutTests(readFileSync(file, 'utf8')) }))
}

/** What cargo knows about the packages; cargo's own words say why when it cannot tell. */
export function cargoMetadata(...options) {
  const { status, stdout } = spawnSync('cargo', ['metadata', '--format-version', '1', ...options], {
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) process.exit(1)
  return JSON.parse(stdout)
}

/** Prints the problems that a check found and makes the process fail when there is one. */
export function report(rule, problems) {
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) {
    console.error(`${problems.length} against the rule: ${rule}`)
    process.exitCode = 1
  }
}
