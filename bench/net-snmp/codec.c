/*
 * net-snmp's codec, called as its own sessions call it: snmp_parse for a whole message, snmp_build for another.
 * The loops over varbinds are here, so that no call from Rust is measured with them.
 */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <string.h>

static netsnmp_session session;

void codec_init(void)
{
    snmp_sess_init(&session);
    session.version = SNMP_VERSION_2c;
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_REVERSE_ENCODE, 1);
}

/* The same sum as the other contenders; 0 if anything is not as expected. Names lie one behind the other. */
uint64_t codec_decode(const uint8_t *message, size_t len, const uint8_t *community, size_t community_len, long request_id,
                      const oid *names, const size_t *name_lens)
{
    uint64_t sum = 0;
    netsnmp_pdu *pdu = calloc(1, sizeof *pdu);
    if (!pdu || snmp_parse(NULL, &session, pdu, (u_char *)message, len) != 0)
        goto bad;
    if (pdu->version != SNMP_VERSION_2c || pdu->command != SNMP_MSG_RESPONSE || pdu->reqid != request_id)
        goto bad;
    if (pdu->community_len != community_len || memcmp(pdu->community, community, community_len) != 0)
        goto bad;
    for (const netsnmp_variable_list *var = pdu->variables; var; var = var->next_variable, names += *name_lens++) {
        if (var->name_length != *name_lens || memcmp(var->name, names, *name_lens * sizeof(oid)) != 0)
            goto bad;
        switch (var->type) {
        case ASN_INTEGER:
            sum += (uint64_t)(int64_t)*var->val.integer;
            break;
        case ASN_GAUGE:
        case ASN_COUNTER:
        case ASN_TIMETICKS:
            sum += (uint32_t)*var->val.integer;
            break;
        case ASN_OCTET_STR:
            sum += var->val_len + var->val.string[0];
            break;
        default:
            goto bad;
        }
    }
    snmp_free_pdu(pdu);
    return sum;
bad:
    snmp_free_pdu(pdu);
    return 0;
}

/* A response without varbinds, to be kept. */
netsnmp_pdu *codec_response(const uint8_t *community, size_t community_len, long request_id)
{
    netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_RESPONSE);
    pdu->version = SNMP_VERSION_2c;
    pdu->reqid = request_id;
    pdu->community = netsnmp_memdup(community, community_len);
    pdu->community_len = community_len;
    return pdu;
}

/* One more varbind: a number, or a text where there is one. */
void codec_add(netsnmp_pdu *pdu, const oid *name, size_t name_len, uint8_t type, long number, const uint8_t *text, size_t text_len)
{
    if (text)
        snmp_pdu_add_variable(pdu, name, name_len, type, text, text_len);
    else
        snmp_pdu_add_variable(pdu, name, name_len, type, &number, sizeof number);
}

/* Encodes to the end of the buffer, which is used again, and says how long it is; 0 if it fails. */
size_t codec_encode(netsnmp_pdu *pdu, uint8_t *buffer, size_t buffer_len)
{
    u_char *packet = buffer;
    size_t packet_len = buffer_len, offset = 0;
    pdu->flags |= UCD_MSG_FLAG_RESPONSE_PDU;
    return snmp_build(&packet, &packet_len, &offset, &session, pdu) == 0 && packet == buffer ? offset : 0;
}
