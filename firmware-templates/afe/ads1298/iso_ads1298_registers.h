#ifndef ISO_ADS1298_REGISTERS_H
#define ISO_ADS1298_REGISTERS_H

/*
 * Commands, registers and times of Texas Instruments' ADS1298, 24-bit front end for eight leads
 * (data sheet SBAS459K; sections in brackets). Times count the chip's own clock of 2.048 MHz.
 */

/* Commands [9.5.2] */
#define ADS1298_RESET 0x06u
#define ADS1298_SDATAC 0x11u /* after a reset it sends data unasked and ignores RREG and WREG */
#define ADS1298_RDATA 0x12u
#define ADS1298_RREG 0x20u /* + first register; then their number less one */
#define ADS1298_WREG 0x40u

/* Registers [9.6.1] */
#define ADS1298_REGISTERS 26u
#define ADS1298_ID 0x00u
#define ADS1298_CONFIG1 0x01u
#define ADS1298_CONFIG2 0x02u
#define ADS1298_CONFIG3 0x03u
#define ADS1298_LOFF 0x04u
#define ADS1298_CH1SET 0x05u
#define ADS1298_RLD_SENSP 0x0Du
#define ADS1298_RLD_SENSN 0x0Eu
#define ADS1298_LOFF_SENSP 0x0Fu
#define ADS1298_LOFF_SENSN 0x10u
#define ADS1298_LOFF_FLIP 0x11u
#define ADS1298_LOFF_STATP 0x12u
#define ADS1298_LOFF_STATN 0x13u
#define ADS1298_GPIO 0x14u
#define ADS1298_PACE 0x15u
#define ADS1298_RESP 0x16u
#define ADS1298_CONFIG4 0x17u
#define ADS1298_WCT1 0x18u
#define ADS1298_WCT2 0x19u

/* ID [9.6.1.1]: ADS1298 and ADS1298R differ in the respiration bit alone. */
#define ADS1298_ID_MASK 0xBFu
#define ADS1298_ID_VALUE 0x92u

/* CONFIG1 [9.6.1.2]: high resolution, several devices read one by one, data rate. */
#define ADS1298_CONFIG1_HIGH_RESOLUTION 0x80u
#define ADS1298_CONFIG1_READ_BACK 0x40u
#define ADS1298_CONFIG1_500_HZ 0x06u
#define ADS1298_CONFIG1_1000_HZ 0x05u
#define ADS1298_CONFIG1_2000_HZ 0x04u

/* CONFIG2 [9.6.1.3]: the test signal is +-(reference / 2400), a square wave. */
#define ADS1298_CONFIG2_INTERNAL_TEST 0x10u
#define ADS1298_CONFIG2_TEST_2_HZ 0x01u /* clock / 2^20 */

/* CONFIG3 [9.6.1.4] */
#define ADS1298_CONFIG3_REFERENCE_ON 0x80u
#define ADS1298_CONFIG3_ALWAYS 0x40u
#define ADS1298_CONFIG3_REFERENCE_4V 0x20u
#define ADS1298_CONFIG3_LEG_REFERENCE_INTERNAL 0x08u
#define ADS1298_CONFIG3_LEG_ON 0x04u
#define ADS1298_CONFIG3_LEG_OFF_SENSE 0x02u
#define ADS1298_CONFIG3_LEG_IS_OFF 0x01u /* read only */

/* LOFF [9.6.1.5]: comparators at 95 and 5 % of the supply, 6 nA, direct current. */
#define ADS1298_LOFF_DIRECT_6_NA 0x03u

/* CHnSET [9.6.1.6] */
#define ADS1298_CHANNEL_GAIN_SHIFT 4u
#define ADS1298_CHANNEL_TEST_SIGNAL 0x05u

/* GPIO [9.6.1.14]: data in the high half, a zero below makes the pin an output. */

/* CONFIG4 [9.6.1.17] */
#define ADS1298_CONFIG4_LEAD_OFF_COMPARATORS 0x02u

/* WCT1, WCT2 [9.6.1.18]: three amplifiers, each on one input of channels 1 to 4. */
#define ADS1298_WCT1_A_ON 0x08u
#define ADS1298_WCT2_C_ON 0x80u
#define ADS1298_WCT2_B_ON 0x40u
#define ADS1298_WCT2_B_SHIFT 3u

/* Data [9.4.4.2]: 24 bits of status, 1100 + lead-off P + lead-off N + four GPIO; eight times 24
 * bits, two's complement. */
#define ADS1298_CHANNELS 8u
#define ADS1298_STATUS_BYTES 3u
#define ADS1298_DATA_BYTES (ADS1298_STATUS_BYTES + 3u * ADS1298_CHANNELS)
#define ADS1298_STATUS_MARK 0xC0u
#define ADS1298_CODE_MAX 0x7FFFFF
#define ADS1298_CODE_MIN (-0x800000)

/* Times. Between the bytes of a command it needs 4 clocks (1.95 us) [9.5.1.1]: a bus of 4 MHz
 * keeps that without pauses. */
#define ADS1298_MOST_BUS_HZ 4000000u
#define ADS1298_POWER_UP_MILLISECONDS 150u  /* 2^18 clocks, 128 ms [11.1] */
#define ADS1298_RESET_MILLISECONDS 1u       /* pulse 2 clocks, then 18 [9.4.2] */
#define ADS1298_REFERENCE_MILLISECONDS 150u /* start-up of the reference [7.5] */

#endif
