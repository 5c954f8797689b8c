// <upload-field>: files sent as they are chosen, with progress; the form then carries their ids.

import { el, icon, one } from "./dom.ts";
import { csrf } from "./http.ts";
import { lang, t } from "./phrases.ts";

function size(bytes: number): string {
  const [value, unit] = bytes >= 1 << 20 ? [bytes / (1 << 20), "megabyte"] : [bytes / 1024, "kilobyte"];
  return new Intl.NumberFormat(lang(), { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }).format(value);
}

class UploadField extends HTMLElement {
  connectedCallback(): void {
    const input = one<HTMLInputElement>("input[type=file]", this);
    const drop = one(".drop", this);
    if (!input || !drop) return;
    input.onchange = () => {
      for (const file of input.files ?? []) this.add(file);
      if (this.dataset.upload) input.value = "";
    };
    for (const type of ["dragenter", "dragover"]) drop.addEventListener(type, () => drop.classList.add("over"));
    for (const type of ["dragleave", "drop"]) drop.addEventListener(type, () => drop.classList.remove("over"));
    this.onclick = (event) => {
      if (event.target instanceof Element) event.target.closest("[data-remove]")?.closest("li")?.remove();
    };
  }

  private add(file: File): void {
    const bin = el("button", { class: "btn ghost square sz-s", type: "button", "data-remove": true, "aria-label": `${t("remove")} ${file.name}` }, icon("x"));
    const line = el("li", {}, icon(file.type.startsWith("image/") ? "image" : "file"), el("span", { class: "ell" }, file.name), el("span", { class: "size" }, size(file.size)), bin);
    one("ul", this)?.append(line);
    if (this.dataset.upload) this.send(file, line, this.dataset.upload);
  }

  /** fetch cannot tell how much has been sent, so this is the older way. */
  private send(file: File, line: HTMLElement, url: string): void {
    const bar = el("progress", { max: 1, value: 0, "aria-label": file.name });
    line.append(bar);
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("X-CSRF-Token", csrf());
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => (bar.value = event.loaded / event.total);
    const failed = () => {
      bar.remove();
      line.classList.add("failed");
      line.append(el("span", {}, t("upload.failed")));
    };
    request.onerror = failed;
    request.onload = () => {
      if (request.status >= 300) return failed();
      bar.remove();
      const { id } = JSON.parse(request.responseText) as { id: string };
      line.append(el("input", { type: "hidden", name: this.dataset.name ?? "", value: id }));
      this.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const body = new FormData();
    body.set("file", file);
    request.send(body);
  }
}

if (!customElements.get("upload-field")) customElements.define("upload-field", UploadField);
