import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tokens, withoutTests } from './project.mjs'

const texts = (source, kind) => tokens(source).filter((token) => token.kind === kind).map((token) => token.text)

test('quotes inside comments and characters open no string', () => {
  assert.deepEqual(texts(`// say "hi"\nlet q = '"'; let s = "x"; /* " */ let r = r#"a "b" c"#;`, 'string'), ['"x"', 'r#"a "b" c"#'])
})

test('lifetimes are not characters', () => {
  assert.deepEqual(texts(`fn f<'a>(x: &'a str, y: char) { g('\\n', '客') }`, 'char'), [`'\\n'`, `'客'`])
})

test('a text that touches the next word is seen as such', () => {
  const source = 'html! { p { "文字"b { "x" } "好" b { } } }'
  const touching = tokens(source).filter((token) => token.kind === 'string' && /\w/.test(source[token.end]))
  assert.deepEqual(touching.map((token) => token.text), ['"文字"'])
})

test('lines are counted through strings and comments', () => {
  assert.equal(tokens('/*\n\n*/ a\n"x\ny" b').find((token) => token.text === 'b').line, 5)
})

test('items for tests are blanked out, and only those', () => {
  const shipped = withoutTests('fn a() { "}" }\n#[cfg(test)]\nmod tests { fn b() { "{" } }\nfn c() {}\n#[cfg(test)]\nmod t;\nfn d() {}')
  assert.match(shipped, /fn a/)
  assert.match(shipped, /fn c/)
  assert.match(shipped, /fn d/)
  assert.doesNotMatch(shipped, /fn b|mod t/)
  assert.equal(shipped.split('\n').length, 7)
})
