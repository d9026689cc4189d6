/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "io/http/http_int.h"

struct range {
	uint8_t start[16];
	unsigned bits;
};

static bool in_range(const uint8_t *address, const struct range *r)
{
	size_t whole = r->bits / 8;
	unsigned rest = r->bits % 8;
	if (memcmp(address, r->start, whole) != 0)
		return false;
	return rest == 0 || ((address[whole] ^ r->start[whole]) >> (8 - rest)) == 0;
}

static bool is_private4(const uint8_t a[4])
{
	static const struct range ranges[] = {{{0}, 8}, {{10}, 8}, {{100, 64}, 10}, {{127}, 8}, {{169, 254}, 16},
		{{172, 16}, 12}, {{192, 0, 0}, 24}, {{192, 168}, 16}, {{198, 18}, 15}, {{224}, 3}};
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (in_range(a, &ranges[i]))
			return true;
	return false;
}

static bool is_private6(const uint8_t a[16])
{
	static const struct range ranges[] = {{{0xfc}, 7}, {{0xfe, 0x80}, 9}, {{0xff}, 8}};
	/* an IPv4 address, and where it begins: ::/96 (with :: and ::1), mapped, NAT64, 6to4 */
	static const struct {
		struct range range;
		size_t at;
	} holds4[] = {{{{0}, 96}, 12}, {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, 12},
		{{{0, 0x64, 0xff, 0x9b}, 96}, 12}, {{{0x20, 0x02}, 16}, 2}};
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (in_range(a, &ranges[i]))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(holds4); i++)
		if (in_range(a, &holds4[i].range))
			return is_private4(a + holds4[i].at);
	return false;
}

bool http_address_is_private(const struct sockaddr *address)
{
	uint8_t bytes[16];
	if (address->sa_family == AF_INET) {
		memcpy(bytes, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
		return is_private4(bytes);
	}
	if (address->sa_family != AF_INET6)
		return true;
	memcpy(bytes, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
	return is_private6(bytes);
}

bool http_ip_is_private(struct str ip)
{
	char text[INET6_ADDRSTRLEN] = {0};
	uint8_t bytes[16];
	ip = str_sub(ip, 0, str_chr(ip, '%', 0)); /* a zone */
	if (ip.n >= sizeof(text))
		return true;
	memcpy(text, ip.p, ip.n);
	if (inet_pton(AF_INET, text, bytes) == 1)
		return is_private4(bytes);
	return inet_pton(AF_INET6, text, bytes) != 1 || is_private6(bytes);
}
