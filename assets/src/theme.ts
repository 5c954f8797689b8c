// The theme: light, dark or the system's. The inline line in the head sets it before the first paint.

import { command } from "./commands.ts";

const system = matchMedia("(prefers-color-scheme: dark)");

const choice = (): string => localStorage.getItem("theme") ?? document.documentElement.dataset.choice ?? "system";

function apply(): void {
  const dark = choice() === "dark" || (choice() === "system" && system.matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  document.dispatchEvent(new CustomEvent("theme:changed"));
}

function choose(next: string): void {
  localStorage.setItem("theme", next);
  apply();
}

export function startTheme(): void {
  system.addEventListener("change", apply);
  for (const name of ["light", "dark", "system"]) command(`theme-${name}`, () => choose(name));
  command("theme", () => choose(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
}
