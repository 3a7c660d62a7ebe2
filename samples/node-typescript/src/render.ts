import { marked } from "marked";

export interface Preview {
  html: string;
  words: number;
}

export function preview(markdown: string): Preview {
  const html = marked.parse(markdown, { async: false }) as string;
  const words = markdown.split(/\s+/).filter((word) => /\w/.test(word)).length;
  return { html: html.trim(), words };
}
