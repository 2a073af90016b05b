/** Turns the editor's objects into LSP's shapes. Only their plain fields are looked at. */
import type { Location, Position, Range } from "../protocol";

/** A diagnostic as LSP has it. */
export interface LspDiagnostic {
  range: Range;
  message: string;
  severity: number;
  source?: string;
  code?: string | number;
}

/** A symbol as LSP has it. */
export interface LspSymbol {
  name: string;
  detail?: string;
  kind: number;
  range: Range;
  selectionRange: Range;
  children: LspSymbol[];
}

/** A symbol of a provider that knows no tree. */
export interface LspSymbolInformation {
  name: string;
  kind: number;
  location: Location;
  containerName?: string;
}

interface EditorRange {
  start: Position;
  end: Position;
}

/** What the editor has of a diagnostic. */
export interface EditorDiagnostic {
  range: EditorRange;
  message: string;
  severity: number;
  source?: string | undefined;
  code?: string | number | { value: string | number } | undefined;
}

/** What the editor has of a place. */
export type EditorPlace =
  | { uri: { toString(): string }; range: EditorRange }
  | {
      targetUri: { toString(): string };
      targetRange: EditorRange;
      targetSelectionRange?: EditorRange | undefined;
    };

/** What the editor has of a symbol. */
export type EditorSymbol =
  | {
      name: string;
      detail: string;
      kind: number;
      range: EditorRange;
      selectionRange: EditorRange;
      children: EditorSymbol[];
    }
  | { name: string; kind: number; containerName: string; location: EditorPlace };

/** Levels of symbols within each other that are told of. */
const MAX_DEPTH = 32;

/** A range. */
export function range(from: EditorRange): Range {
  return { start: position(from.start), end: position(from.end) };
}

/** A diagnostic; the editor counts severities from 0 and LSP from 1. */
export function diagnostic(from: EditorDiagnostic): LspDiagnostic {
  const code = typeof from.code === "object" ? from.code.value : from.code;
  return {
    range: range(from.range),
    message: from.message,
    severity: from.severity + 1,
    ...(from.source === undefined ? {} : { source: from.source }),
    ...(code === undefined ? {} : { code }),
  };
}

/** A place; of a link its target. */
export function location(from: EditorPlace): Location {
  return "targetUri" in from
    ? {
        uri: from.targetUri.toString(),
        range: range(from.targetSelectionRange ?? from.targetRange),
      }
    : { uri: from.uri.toString(), range: range(from.range) };
}

/** A symbol; the editor counts kinds from 0 and LSP from 1. */
export function symbol(from: EditorSymbol, depth = 0): LspSymbol | LspSymbolInformation {
  if ("location" in from) {
    return {
      name: from.name,
      kind: from.kind + 1,
      location: location(from.location),
      ...(from.containerName === "" ? {} : { containerName: from.containerName }),
    };
  }
  const children = depth < MAX_DEPTH ? from.children : [];
  return {
    name: from.name,
    kind: from.kind + 1,
    range: range(from.range),
    selectionRange: range(from.selectionRange),
    children: children.map((child) => symbol(child, depth + 1)).filter((child) => "range" in child),
    ...(from.detail === "" ? {} : { detail: from.detail }),
  };
}

function position(from: Position): Position {
  return { line: from.line, character: from.character };
}
