// <upload-field>: files sent as they are chosen, with progress; the form then carries their ids.

import { all, el, icon, one } from "./dom.ts";
import { csrf } from "./http.ts";
import { lang, t } from "./phrases.ts";

/** Pictures larger than this are made smaller before they are sent: a phone's photograph has eight megabytes. */
const LARGE = 1_500_000;
const EDGE = 2048;

function size(bytes: number): string {
  const [value, unit] = bytes >= 1 << 20 ? [bytes / (1 << 20), "megabyte"] : [bytes / 1024, "kilobyte"];
  return new Intl.NumberFormat(lang(), { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }).format(value);
}

async function smaller(file: File): Promise<File> {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < LARGE) return file;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, EDGE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" });
  } catch {
    return file; // What the browser cannot read goes as it is.
  }
}

export class UploadField extends HTMLElement {
  connectedCallback(): void {
    const inputs = all<HTMLInputElement>("input[type=file]", this);
    const drop = one(".drop", this);
    if (inputs.length === 0 || !drop) return;
    for (const input of inputs) {
      input.onchange = () => {
        for (const file of input.files ?? []) this.add(file);
        if (this.dataset.upload) input.value = "";
      };
    }
    for (const type of ["dragenter", "dragover"]) drop.addEventListener(type, () => drop.classList.add("over"));
    for (const type of ["dragleave", "drop"]) drop.addEventListener(type, () => drop.classList.remove("over"));
    this.onclick = (event) => {
      if (event.target instanceof Element) event.target.closest("[data-remove]")?.closest("li")?.remove();
    };
  }

  add(file: File): void {
    const bin = el("button", { class: "btn ghost square sz-s", type: "button", "data-remove": true, "aria-label": `${t("remove")} ${file.name}` }, icon("x"));
    const line = el("li", {}, icon(file.type.startsWith("image/") ? "image" : "file"), el("span", { class: "ell", title: file.name }, file.name), el("span", { class: "size" }, size(file.size)), bin);
    one("ul", this)?.append(line);
    const { upload } = this.dataset;
    if (upload) void smaller(file).then((ready) => this.send(ready, line, upload));
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
      if (file.type.startsWith("image/")) one("svg", line)?.replaceWith(el("img", { src: `/files/${id}`, alt: "" }));
      this.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const body = new FormData();
    body.set("file", file);
    request.send(body);
  }
}

if (!customElements.get("upload-field")) customElements.define("upload-field", UploadField);
