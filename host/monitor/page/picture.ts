/** The screen as a picture: every canvas, box and word where the browser laid it out. */

interface Ink {
  readonly context: CanvasRenderingContext2D;
  readonly ratio: number;
}

/** A PNG of the visible page. */
export async function pagePicture(): Promise<Blob> {
  const ratio = devicePixelRatio;
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(innerWidth * ratio);
  canvas.height = Math.round(innerHeight * ratio);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser has no 2-D canvas.');
  context.scale(ratio, ratio);
  paint({ context, ratio }, document.body);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob === null) reject(new Error('The browser made no picture.'));
      else resolve(blob);
    });
  });
}

function paint(ink: Ink, part: Element): void {
  const style = getComputedStyle(part);
  if (style.display === 'none' || style.visibility === 'hidden') return;
  const box = part.getBoundingClientRect();
  const { context } = ink;
  context.fillStyle = style.backgroundColor;
  context.fillRect(box.x, box.y, box.width, box.height);
  const border = Number.parseFloat(style.borderTopWidth);
  if (border > 0 && style.borderTopStyle !== 'none') {
    context.strokeStyle = style.borderTopColor;
    context.lineWidth = border;
    context.strokeRect(box.x, box.y, box.width, box.height);
  }
  context.save();
  if (style.overflow !== 'visible') {
    context.beginPath();
    context.rect(box.x, box.y, box.width, box.height);
    context.clip();
  }
  if (part instanceof HTMLCanvasElement) {
    context.globalAlpha = Number(style.opacity);
    if (part.width > 0) context.drawImage(part, box.x, box.y, box.width, box.height);
  } else if (part instanceof HTMLProgressElement) {
    context.fillStyle = style.color;
    context.fillRect(box.x, box.y, (box.width * part.value) / part.max, box.height);
  } else {
    for (const child of part.childNodes) {
      if (child instanceof Element) paint(ink, child);
      else if (child instanceof Text) paintText(ink, child, style);
    }
  }
  context.restore();
}

/** Word by word: a line break lies between words, and the range of a word says where it came to stand. */
function paintText({ context }: Ink, text: Text, style: CSSStyleDeclaration): void {
  context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.fillStyle = style.color;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  const range = document.createRange();
  for (const word of text.data.matchAll(/\S+/gu)) {
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    const box = range.getBoundingClientRect();
    if (box.width > 0) context.fillText(word[0], box.x, box.y + box.height / 2);
  }
}
