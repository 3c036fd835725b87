/** A moment that somebody wants to find again. */
export interface Mark {
  readonly sampleIndex: number;
  readonly text: string;
}

/** In the order of time; one moment is marked once. */
export class Marks {
  private readonly marks: Mark[] = [];

  get list(): readonly Mark[] {
    return this.marks;
  }

  add(sampleIndex: number, text = `mark ${this.marks.length + 1}`): void {
    if (this.marks.some((mark) => mark.sampleIndex === sampleIndex)) return;
    this.marks.push({ sampleIndex, text });
    this.marks.sort((a, b) => a.sampleIndex - b.sampleIndex);
  }

  clear(): void {
    this.marks.length = 0;
  }
}
