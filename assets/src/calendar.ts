// <month-calendar>: an entry dragged to another day is moved there, or goes back when that is refused.

import { all, closest } from "./dom.ts";
import { applyFragments } from "./fragments.ts";
import { refresh } from "./htmx.ts";
import { send } from "./http.ts";

class MonthCalendar extends HTMLElement {
  private held: HTMLElement | undefined;

  connectedCallback(): void {
    this.ondragstart = (event) => {
      this.held = closest(event, ".entry[data-move]") ?? undefined;
      event.dataTransfer?.setData("text/plain", this.held?.title ?? "");
    };
    this.ondragover = (event) => {
      const day = closest(event, ".day");
      if (!day || !this.held) return;
      event.preventDefault();
      for (const other of all(".day.over", this)) if (other !== day) other.classList.remove("over");
      day.classList.add("over");
    };
    this.ondragend = () => {
      for (const day of all(".day.over", this)) day.classList.remove("over");
      this.held = undefined;
    };
    this.ondrop = (event) => {
      const day = closest(event, ".day");
      if (!day || !this.held) return;
      event.preventDefault();
      void this.move(this.held, day);
    };
  }

  private async move(entry: HTMLElement, day: HTMLElement): Promise<void> {
    const from = entry.parentElement;
    const next = entry.nextSibling;
    if (from === day) return;
    day.append(entry);
    const form = { date: day.dataset.date ?? "", version: entry.dataset.version ?? "" };
    const answer = await send(entry.dataset.move ?? "", form);
    if (!answer.ok) from?.insertBefore(entry, next);
    else if (applyFragments(answer.text).length === 0) await refresh();
  }
}

if (!customElements.get("month-calendar")) customElements.define("month-calendar", MonthCalendar);
