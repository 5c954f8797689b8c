// Pictures of a follow-up, large: in the dialog, with the arrow keys to the next. Without it a link opens them.

import { openDialog } from "./dialog.ts";
import { all, closest, el, icon } from "./dom.ts";
import { t } from "./phrases.ts";

function show(links: HTMLAnchorElement[], at: number): void {
  const link = links[at];
  if (!link) return;
  const name = link.dataset.picture ?? "";
  const close = el("button", { class: "btn ghost square sz-s", type: "button", "data-close": true, "aria-label": t("close") }, icon("x"));
  const title = el("h2", { id: "dialog-title", class: "ell" }, links.length > 1 ? `${name} ${at + 1} / ${links.length}` : name);
  const picture = el("img", { src: link.href, alt: name, class: "picture-large" });
  const box = el("div", {}, el("header", { "data-wide": true }, title, close), el("div", { class: "content picture-box", tabindex: "-1", autofocus: true }, picture));
  const keys = (event: KeyboardEvent) => {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1 }[event.key];
    if (to === undefined || !links[to]) return;
    event.preventDefault();
    document.removeEventListener("keydown", keys);
    show(links, to);
  };
  document.addEventListener("keydown", keys);
  void openDialog({ html: box.innerHTML }, () => document.removeEventListener("keydown", keys));
}

document.addEventListener("click", (event) => {
  const link = closest<HTMLAnchorElement>(event, "a[data-picture]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const links = all<HTMLAnchorElement>("a[data-picture]", link.parentElement ?? document);
  show(links, links.indexOf(link));
});
