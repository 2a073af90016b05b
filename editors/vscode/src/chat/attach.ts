/** Makes attachments of files, pictures and what is selected. */
import {
  FileType,
  Range,
  type TextDocument,
  type TextEditor,
  type Uri,
  window,
  workspace,
} from "vscode";
import type { Attachment } from "../port";
import { MAX_URIS } from "./messages";

/** Bytes of a picture or a PDF file that goes along with a message. */
const MAX_PICTURE = 5 * 1024 * 1024;

/** Characters of a text that is not a file and goes along whole. */
const MAX_TEXT = 256 * 1024;

/** By the ends of their names. */
const PICTURES: Record<string, string> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  pdf: "application/pdf",
};

/** Files as attachments; those that cannot be read are told of and left out. */
export async function attachFiles(uris: readonly Uri[]): Promise<Attachment[]> {
  const attachments: Attachment[] = [];
  const refused: string[] = [];
  for (const uri of uris.slice(0, MAX_URIS)) {
    const made = await attachFile(uri);
    if (typeof made === "string") {
      refused.push(made);
    } else {
      attachments.push(made);
    }
  }
  if (refused.length > 0) {
    void window.showWarningMessage(`Not added: ${refused.join("; ")}.`);
  }
  return attachments;
}

/** What is selected in an editor, as whole lines; the whole document where nothing is. */
export function attachSelection(editor: TextEditor): Attachment {
  const { document, selection } = editor;
  return selection.isEmpty ? attachDocument(document) : attachLines(document, selection);
}

/** Lines of a document. */
export function attachLines(document: TextDocument, range: Range): Attachment {
  // A selection that ends before a line's first character does not mean that line.
  const endsBefore = range.end.character === 0 && range.end.line > range.start.line;
  const last = endsBefore ? range.end.line - 1 : range.end.line;
  const from = { line: range.start.line, character: 0 };
  const to = { line: last + 1, character: 0 };
  const lines = from.line === last ? `${last + 1}` : `${from.line + 1}-${last + 1}`;
  const text = document.getText(new Range(range.start.line, 0, last + 1, 0));
  return {
    label: `${nameOf(document.uri)}:${lines}`,
    block: {
      type: "resource",
      uri: document.uri.toString(),
      range: { start: from, end: to },
      ...(document.uri.scheme === "file" ? {} : { text: text.slice(0, MAX_TEXT) }),
    },
  };
}

function attachDocument(document: TextDocument): Attachment {
  return {
    label: nameOf(document.uri),
    block: {
      type: "resource",
      uri: document.uri.toString(),
      ...(document.uri.scheme === "file" ? {} : { text: document.getText().slice(0, MAX_TEXT) }),
    },
  };
}

/** The attachment, or a few words on why there is none. */
async function attachFile(uri: Uri): Promise<Attachment | string> {
  const label = nameOf(uri);
  const open = workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
  if (open !== undefined) {
    return attachDocument(open);
  }
  if (uri.scheme !== "file") {
    return `${label} is not a file`;
  }
  try {
    const { type, size } = await workspace.fs.stat(uri);
    if ((type & FileType.Directory) !== 0) {
      return `${label} is a folder`;
    }
    const mimeType = PICTURES[label.slice(label.lastIndexOf(".") + 1).toLowerCase()];
    if (mimeType === undefined) {
      return { label, block: { type: "resource", uri: uri.toString() } };
    }
    if (size > MAX_PICTURE) {
      return `${label} has more than ${MAX_PICTURE / 1024 / 1024} MB`;
    }
    const data = Buffer.from(await workspace.fs.readFile(uri)).toString("base64");
    return { label, block: { type: "image", mimeType, data } };
  } catch {
    return `${label} cannot be read`;
  }
}

/** A file's name. */
export function nameOf(uri: Uri): string {
  return uri.path.slice(uri.path.lastIndexOf("/") + 1) || uri.toString();
}
