// The text of a filter, and back again: what the builder wrote, it can read. Anything else stays text.

import { isGroup, type Condition, type Group, type Item } from "./model.ts";
import { literal, operators } from "./operators.ts";

/** Writes a filter. Conditions without a value are left out, as are groups without conditions. */
export function write(group: Group): string {
  const parts = group.items.map(writeItem).filter((part) => part !== "");
  return parts.join(group.join === "and" ? " && " : " || ");
}

function writeItem(item: Item): string {
  if (!isGroup(item)) return writeCondition(item);
  const inner = write(item);
  return inner.includes(" && ") || inner.includes(" || ") ? `(${inner})` : inner;
}

function writeCondition({ field, op, values }: Condition): string {
  const operator = operators[op];
  if (!operator || field === "") return "";
  if (operator.need === "none") return operator.write(field, []);
  const written = values.map((value) => literal(operator.need, value)).filter((value) => value !== undefined);
  return written.length > 0 ? operator.write(field, written) : "";
}

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(-?\d+(?:\.\d+)?)|([a-z_][\w.]*)|(&&|\|\||==|!=|<=|>=|[<>!()[\],]))/giy;

interface Token {
  kind: "text" | "number" | "name" | "sign";
  value: string;
}

function tokens(source: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.trimEnd().length) {
    const match = TOKEN.exec(source);
    if (!match) throw new SyntaxError(source);
    const [, text, number, name, sign] = match;
    if (text !== undefined) found.push({ kind: "text", value: text.slice(1, -1).replace(/\\(.)/g, "$1") });
    else if (number !== undefined) found.push({ kind: "number", value: number });
    else if (name !== undefined) found.push({ kind: "name", value: name });
    else found.push({ kind: "sign", value: sign ?? "" });
  }
  return found;
}

const signs: Record<string, Record<string, string>> = {
  text: { "==": "is", "!=": "is_not" },
  number: { "==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge" },
  date: { "==": "on", "<": "before", ">": "after", ">=": "since" },
  days_ago: { ">=": "past_days", "<": "older_days" },
  today: { "==": "today", "<": "overdue" },
  start_of_month: { ">=": "this_month" },
  me: { "==": "me" },
  my_department: { "==": "my_department" },
  true: { "==": "yes" },
  false: { "==": "no" },
};

class Reader {
  private at = 0;
  constructor(private readonly list: Token[]) {}

  all(): Group {
    const group = this.group();
    if (this.at < this.list.length) throw new SyntaxError("trailing");
    return group;
  }

  private peek(value: string): boolean {
    return this.list[this.at]?.value === value && this.list[this.at]?.kind !== "text";
  }

  private take(value?: string): Token {
    const token = this.list[this.at];
    if (!token || (value !== undefined && !this.peek(value))) throw new SyntaxError(value ?? "end");
    this.at += 1;
    return token;
  }

  /** One level has one kind of join, as && and || side by side would mean an order that the builder cannot show. */
  private group(): Group {
    const items = [this.item()];
    const sign = this.peek("||") ? "||" : "&&";
    while (this.peek(sign)) {
      this.take(sign);
      items.push(this.item());
    }
    if (this.peek("&&") || this.peek("||")) throw new SyntaxError("mixed");
    return { join: sign === "||" ? "or" : "and", items };
  }

  private item(): Item {
    if (!this.peek("(")) return this.condition();
    this.take("(");
    const group = this.group();
    this.take(")");
    return nextDays(group) ?? group;
  }

  private condition(): Condition {
    if (this.peek("!")) return this.negated();
    const { value: name } = this.name();
    if (/^(contains|starts_with|is_empty)$/.test(name)) return this.call(name);
    if (this.peek("in")) return this.membership(name);
    const sign = this.take().value;
    const [kind, values] = this.operand();
    const op = signs[kind]?.[sign] ?? (kind === "days_from_now" && sign === "<=" ? "within" : undefined) ?? (kind === "today" && sign === ">=" ? "from_today" : undefined);
    if (!op) throw new SyntaxError(sign);
    return { field: name, op, values };
  }

  private name(): Token {
    const token = this.take();
    if (token.kind !== "name") throw new SyntaxError(token.value);
    return token;
  }

  private negated(): Condition {
    this.take("!");
    const parenthesised = this.peek("(");
    if (parenthesised) this.take("(");
    const inner = this.condition();
    if (parenthesised) this.take(")");
    const op = { empty: "filled", one_of: "none_of" }[inner.op];
    if (!op) throw new SyntaxError("!");
    return { ...inner, op };
  }

  private call(name: string): Condition {
    this.take("(");
    const field = this.name().value;
    const values: string[] = [];
    if (name !== "is_empty") {
      this.take(",");
      values.push(this.take().value);
    }
    this.take(")");
    return { field, op: { contains: "contains", starts_with: "starts", is_empty: "empty" }[name] ?? "", values };
  }

  private membership(field: string): Condition {
    this.take("in");
    if (this.peek("my_team") || this.peek("my_departments")) return { field, op: this.take().value, values: [] };
    this.take("[");
    const values = [this.take().value];
    while (this.peek(",")) {
      this.take(",");
      values.push(this.take().value);
    }
    this.take("]");
    return { field, op: "one_of", values };
  }

  private operand(): [string, string[]] {
    const token = this.take();
    if (token.kind === "text" || token.kind === "number") return [token.kind, [token.value]];
    if (!this.peek("(")) return [token.value, []];
    this.take("(");
    const inner = this.take().value;
    this.take(")");
    return [token.value, [inner]];
  }
}

/** The pair that "in the next n days" is written as reads as one condition again. */
function nextDays(group: Group): Condition | undefined {
  const [from, to] = group.items;
  if (group.items.length !== 2 || !from || !to || isGroup(from) || isGroup(to)) return undefined;
  if (from.op !== "from_today" || to.op !== "within" || from.field !== to.field) return undefined;
  return { field: from.field, op: "next_days", values: to.values };
}

/** Reads a filter that the builder could have written; undefined for any other. */
export function read(source: string): Group | undefined {
  if (source.trim() === "") return { join: "and", items: [] };
  try {
    const group = new Reader(tokens(source)).all();
    return flat(group).every((condition) => condition.op in operators) ? group : undefined;
  } catch {
    return undefined;
  }
}

const flat = (group: Group): Condition[] => group.items.flatMap((item) => (isGroup(item) ? flat(item) : [item]));
