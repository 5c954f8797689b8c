// Which operators a kind of field has, and how each is written in the expression language.

export type Need = "none" | "text" | "number" | "date" | "days" | "one" | "some";

interface Operator {
  need: Need;
  /** The expression; values are already written as literals. */
  write: (field: string, values: string[]) => string;
}

const compare = (sign: string, need: Need): Operator => ({ need, write: (field, [value]) => `${field} ${sign} ${value}` });
const word = (text: string): Operator => ({ need: "none", write: (field) => `${field} ${text}` });

export const operators: Record<string, Operator> = {
  contains: { need: "text", write: (field, [value]) => `contains(${field}, ${value})` },
  starts: { need: "text", write: (field, [value]) => `starts_with(${field}, ${value})` },
  is: compare("==", "text"),
  is_not: compare("!=", "text"),
  eq: compare("==", "number"),
  ne: compare("!=", "number"),
  lt: compare("<", "number"),
  le: compare("<=", "number"),
  gt: compare(">", "number"),
  ge: compare(">=", "number"),
  on: compare("==", "date"),
  before: compare("<", "date"),
  after: compare(">", "date"),
  since: compare(">=", "date"),
  past_days: { need: "days", write: (field, [days]) => `${field} >= days_ago(${days})` },
  older_days: { need: "days", write: (field, [days]) => `${field} < days_ago(${days})` },
  next_days: { need: "days", write: (field, [days]) => `(${field} >= today && ${field} <= days_from_now(${days}))` },
  today: word("== today"),
  overdue: word("< today"),
  this_month: word(">= start_of_month"),
  one_of: { need: "some", write: (field, values) => `${field} in [${values.join(", ")}]` },
  none_of: { need: "some", write: (field, values) => `!(${field} in [${values.join(", ")}])` },
  has: { need: "one", write: (field, [value]) => `contains(${field}, ${value})` },
  yes: word("== true"),
  no: word("== false"),
  me: word("== me"),
  my_team: word("in my_team"),
  my_department: word("== my_department"),
  my_departments: word("in my_departments"),
  empty: { need: "none", write: (field) => `is_empty(${field})` },
  filled: { need: "none", write: (field) => `!is_empty(${field})` },
};

const text = ["contains", "is", "is_not", "starts", "empty", "filled"];
const number = ["eq", "ne", "gt", "ge", "lt", "le", "empty", "filled"];
const day = ["today", "overdue", "past_days", "older_days", "next_days", "this_month", "before", "since", "empty", "filled"];

const byKind: Record<string, string[]> = {
  number, money: number, percent: number, rating: number, roll_up: number,
  date: ["on", ...day],
  instant: ["past_days", "older_days", "this_month", "before", "since", "empty", "filled"],
  choice: ["one_of", "none_of", "empty", "filled"],
  choices: ["has", "empty", "filled"],
  tags: ["has", "empty", "filled"],
  yes_no: ["yes", "no"],
  user: ["me", "my_team", "one_of", "none_of", "empty", "filled"],
  department: ["my_department", "my_departments", "one_of", "none_of", "empty", "filled"],
  reference: ["one_of", "none_of", "empty", "filled"],
  any_reference: ["empty", "filled"],
  file: ["empty", "filled"],
  image: ["empty", "filled"],
};

export const operatorsFor = (kind: string): string[] => byKind[kind] ?? text;

/** The operator that a kind of field has for what was written: `==` on a choice is one of its options. */
export function operatorOf(kind: string, op: string): string {
  const meant = { is: "one_of", is_not: "none_of" }[op];
  const has = operatorsFor(kind);
  return !has.includes(op) && meant && has.includes(meant) ? meant : op;
}

/** How a value of a need is written. Numbers that are none, and dates that are none, make no condition. */
export function literal(need: Need, value: string): string | undefined {
  const trimmed = value.trim();
  if (trimmed === "") return undefined;
  if (need === "number") return /^-?\d+(\.\d+)?$/.test(trimmed) ? trimmed : undefined;
  if (need === "days") return /^\d{1,5}$/.test(trimmed) ? trimmed : undefined;
  if (need === "date") return /^\d{4}-\d{2}-\d{2}$/.test(trimmed) ? `date("${trimmed}")` : undefined;
  return `"${trimmed.replace(/[\\"]/g, "\\$&")}"`;
}
