/** What travels from a ward's server to its page. Free of Node imports: the page's bundle includes it. */

/** Path of the WebSocket on the ward's server. */
export const WARD_PATH = '/ward';

export interface BedAlarm {
  readonly about: 'heart' | 'technical';
  readonly priority: 'high' | 'medium' | 'low';
  readonly text: string;
}

export interface BedSummary {
  readonly bed: string;
  /** Of the link between its host and its device, or `link lost` where the host is gone. */
  readonly state: string;
  readonly board: string;
  /** Whether what is shown is current. */
  readonly live: boolean;
  /** null while unknown or not current. */
  readonly ratePerMin: number | null;
  /** The winner of the newest result, and its probability. */
  readonly className: string;
  readonly probability: number | null;
  /** Where the evidence points, or why it is not said. */
  readonly place: string;
  /** The most urgent first. */
  readonly alarms: readonly BedAlarm[];
  /** Since anything came from this bed; null where nothing ever did. */
  readonly silentMs: number | null;
  /** Address of the bed's own page. */
  readonly page?: string;
}

export interface WardMessage {
  readonly kind: 'ward';
  /** Whether the broker is there: without it nothing here is current. */
  readonly brokerConnected: boolean;
  readonly beds: readonly BedSummary[];
}
