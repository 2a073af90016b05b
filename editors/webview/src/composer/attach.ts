/** Pictures and files that are pasted or dropped, as attachments. */
import type { Attachment } from "../port";
import { bytes } from "../ui/format";

/** Bytes of one picture; a message has 20 MiB at most, and base64 takes a third more. */
export const MAX_PICTURE = 5 * 1024 * 1024;
/** Bytes of one text file that is sent along. */
export const MAX_TEXT = 256 * 1024;
/** Files that are taken at once. */
const MAX_FILES = 20;

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"]);

/** What could be attached, and what could not, in sentences. */
export interface Taken {
  attachments: Attachment[];
  refused: string[];
}

/** Reads files that the browser gave. */
export async function take(files: readonly File[]): Promise<Taken> {
  const taken: Taken = { attachments: [], refused: [] };
  for (const file of files.slice(0, MAX_FILES)) {
    const name = file.name || "picture";
    if (PICTURES.has(file.type)) {
      if (file.size > MAX_PICTURE) {
        taken.refused.push(`${name} has ${bytes(file.size)}; ${bytes(MAX_PICTURE)} is the most.`);
        continue;
      }
      const data = base64(new Uint8Array(await file.arrayBuffer()));
      taken.attachments.push({
        label: name,
        block: { type: "image", mimeType: file.type, data },
      });
    } else if (file.size > MAX_TEXT) {
      taken.refused.push(`${name} has ${bytes(file.size)}; attach it from the workspace instead.`);
    } else {
      const text = await file.text();
      if (text.includes("\u0000")) {
        taken.refused.push(`${name} is neither text nor a picture that models read.`);
      } else {
        taken.attachments.push({ label: name, block: { type: "text", text: fenced(name, text) } });
      }
    }
  }
  if (files.length > MAX_FILES) {
    taken.refused.push(`Only the first ${MAX_FILES} files were attached.`);
  }
  return taken;
}

function fenced(name: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map((run) => run[0].length));
  const fence = "`".repeat(longest + 1);
  return `${name}:\n\n${fence}\n${text}\n${fence}`;
}

/** Bytes in base64. */
export function base64(data: Uint8Array): string {
  let text = "";
  for (let at = 0; at < data.length; at += 0x8000) {
    text += String.fromCharCode(...data.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

/** The addresses of files that were dragged out of an editor or a file manager. */
export function urisOf(data: Pick<DataTransfer, "getData">): string[] {
  for (const type of ["application/vnd.code.uri-list", "text/uri-list"]) {
    const uris = data
      .getData(type)
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== "" && !line.startsWith("#") && !/^https?:/i.test(line));
    if (uris.length > 0) {
      return uris;
    }
  }
  return [];
}
