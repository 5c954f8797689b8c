// Days of a month in whole weeks, Monday first: pure.

/** As 2026-11-22, in local time. */
export function iso(day: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** The weeks that show a month; `month` counts from zero. */
export function weeks(year: number, month: number): Date[][] {
  const first = new Date(year, month, 1);
  const lead = (first.getDay() + 6) % 7;
  const days = new Date(year, month + 1, 0).getDate();
  const rows = Math.ceil((lead + days) / 7);
  return Array.from({ length: rows }, (_, row) => Array.from({ length: 7 }, (_, column) => new Date(year, month, row * 7 + column - lead + 1)));
}

/** Reads what people type for a date: 2026-1-5, 2026/1/5, 20260105, 1-5 of this year. Undefined when it is none. */
export function readDate(text: string, today: Date): Date | undefined {
  const clean = text.trim().replace(/[年月./]/g, "-").replace(/日/g, "");
  const match = /^(?:(\d{4})-?)?(\d{1,2})-?(\d{1,2})$/.exec(clean);
  if (!match) return undefined;
  const [, year, month, day] = match;
  const date = new Date(Number(year ?? today.getFullYear()), Number(month) - 1, Number(day));
  // The 31st of a short month would silently become the first of the next.
  return date.getMonth() === Number(month) - 1 && date.getDate() === Number(day) ? date : undefined;
}
