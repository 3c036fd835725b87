/* Generated from host/protocol/schema.ts by `npm run generate`: do not edit. */

import type { HelloMessage, HelloRequestMessage } from './messages/introduction.js';
import type { StatusMessage, LogMessage } from './messages/health.js';
import type {
  SamplesMessage,
  InjectMessage,
  EndOfRecordMessage,
  EndMessage,
} from './messages/samples.js';
import type {
  BeatMessage,
  SignalStateMessage,
  PacerSpikeMessage,
  BeatMeasurementMessage,
  MedianLeadMessage,
} from './messages/signal.js';
import type {
  ResultMessage,
  ExplanationMessage,
  BeatLeadMessage,
  BeatAttributionMessage,
  BeatFiducialsMessage,
  PathMessage,
  ResultEndMessage,
  ExplainMessage,
  AckMessage,
} from './messages/results.js';
import type {
  ConfigurationMessage,
  CommandResultMessage,
  SettingMessage,
  SelfTestResultMessage,
  StartMessage,
  StopMessage,
  SetClassMessage,
  RebootMessage,
  SelfTestMessage,
  GetSettingMessage,
  SetSettingMessage,
  TestSignalMessage,
  SetTestSignalMessage,
} from './messages/commands.js';
import type { TimeReplyMessage, TimeRequestMessage, SetTimeMessage } from './messages/time.js';
import type {
  ObjectMessage,
  ObjectPartMessage,
  ReadObjectMessage,
  CreditMessage,
} from './messages/bulk.js';
import type {
  TestInputHeldMessage,
  TestLayerMessage,
  TestResultMessage,
  TestInputMessage,
  TestRunMessage,
} from './messages/tests.js';
import type {
  UpdateStateMessage,
  UpdateHeldMessage,
  UpdateBeginMessage,
  UpdateDataMessage,
  UpdateMessage,
} from './messages/update.js';

export * from './messages/introduction.js';
export * from './messages/health.js';
export * from './messages/samples.js';
export * from './messages/signal.js';
export * from './messages/results.js';
export * from './messages/commands.js';
export * from './messages/time.js';
export * from './messages/bulk.js';
export * from './messages/tests.js';
export * from './messages/update.js';

export type DeviceMessage =
  | HelloMessage
  | StatusMessage
  | LogMessage
  | SamplesMessage
  | EndMessage
  | BeatMessage
  | SignalStateMessage
  | PacerSpikeMessage
  | BeatMeasurementMessage
  | MedianLeadMessage
  | ResultMessage
  | ExplanationMessage
  | BeatLeadMessage
  | BeatAttributionMessage
  | BeatFiducialsMessage
  | PathMessage
  | ResultEndMessage
  | ConfigurationMessage
  | CommandResultMessage
  | SettingMessage
  | SelfTestResultMessage
  | TestSignalMessage
  | TimeReplyMessage
  | ObjectMessage
  | ObjectPartMessage
  | TestInputHeldMessage
  | TestLayerMessage
  | TestResultMessage
  | UpdateStateMessage
  | UpdateHeldMessage;

export type HostMessage =
  | HelloRequestMessage
  | InjectMessage
  | EndOfRecordMessage
  | ExplainMessage
  | AckMessage
  | StartMessage
  | StopMessage
  | SetClassMessage
  | RebootMessage
  | SelfTestMessage
  | GetSettingMessage
  | SetSettingMessage
  | SetTestSignalMessage
  | TimeRequestMessage
  | SetTimeMessage
  | ReadObjectMessage
  | CreditMessage
  | TestInputMessage
  | TestRunMessage
  | UpdateBeginMessage
  | UpdateDataMessage
  | UpdateMessage;

export type Message = DeviceMessage | HostMessage;
