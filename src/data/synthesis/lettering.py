"""Words that stand on plates and their frames and are no part of the number."""

BAND_TEXTS = (
    "D",
    "PL",
    "F",
    "I",
    "E",
    "B",
    "NL",
    "A",
    "CZ",
    "SK",
    "HR",
    "MI",
    "75",
    "92",
    "33",
    "TO",
    "RM",
    "13",
    "08",
)
DEALERS = (
    "www.autohaus.eu", "Volkswagen", "TOYOTA", "AUTO CENTER 02 24 31 97", "Skoda Praha", "FORD", "Renault", "autosalon",
    "Autohaus Meier - Tel. 0231 4455", "www.bmw-haus.de", "OPEL", "HYUNDAI", "Peugeot Paris", "MERCEDES-BENZ", "CITROEN",
    "GARAGE DU LAC", "auto-park.pl", "AVILON", "ROLF", "KIA MOTORS", "AUTOSTADT", "Nissan", "SCANIA SERVICE", "MAZDA",
)  # fmt: skip
PLACES = (
    "BAILE ATHA CLIATH", "TIOBRAID ARANN", "CORCAIGH", "Isle of Man", "VALAIS", "GAILLIMH", "AUTO", "TIROL", "WIEN",
)  # fmt: skip
BRAZILIAN_TOWNS = (
    "SP-SAO PAULO", "PR-CURITIBA", "RJ-RIO DE JANEIRO", "MG-BELO HORIZONTE", "BA-SALVADOR", "PR-LONDRINA", "RS-CANOAS",
    "SC-JOINVILLE", "GO-GOIANIA", "DF-BRASILIA", "PE-RECIFE", "CE-FORTALEZA", "PR-PARANAGUA", "SP-CAMPINAS", "AM-MANAUS",
    "PR-MARINGA", "SP-SANTOS", "RS-PORTO ALEGRE", "PA-BELEM", "MT-CUIABA", "PR-CASCAVEL", "PR-COLOMBO", "ES-VITORIA",
)  # fmt: skip
STATES = (
    "California", "TEXAS", "NEW YORK", "FLORIDA", "Illinois", "PENNSYLVANIA", "OHIO", "GEORGIA", "NORTH CAROLINA",
    "MICHIGAN", "New Jersey", "VIRGINIA", "WASHINGTON", "ARIZONA", "Tennessee", "Massachusetts", "INDIANA", "MISSOURI",
    "MARYLAND", "WISCONSIN", "COLORADO", "MINNESOTA", "South Carolina", "Alabama", "Louisiana", "Kentucky", "Oregon",
    "OKLAHOMA", "Connecticut", "UTAH", "IOWA", "NEVADA", "ARKANSAS", "Mississippi", "KANSAS", "NEW MEXICO", "Nebraska",
    "IDAHO", "West Virginia", "HAWAII", "NEW HAMPSHIRE", "MAINE", "MONTANA", "Rhode Island", "DELAWARE", "ALASKA",
    "VERMONT", "Wyoming", "ONTARIO", "British Columbia", "Quebec", "ALBERTA",
)  # fmt: skip
SLOGANS = (
    "Sunshine State", "Garden State", "EMPIRE STATE", "Land of Lincoln", "Live Free or Die", "First in Flight", "DAVIDSON",
    "America's Dairyland", "Constitution State", "visitPA.com", "GRAND CANYON STATE", "The Spirit of America", "10,000 lakes",
    "Sweet Home", "BLUEGRASS STATE", "FAMOUS POTATOES", "LAND OF ENCHANTMENT", "Wild, Wonderful", "EVERGREEN STATE", "BOONE",
    "Yours to Discover", "Je me souviens", "Peach State", "www.state.us", "NATIVE AMERICA", "CENTENNIAL", "Vacationland",
    "Lone Star State", "The Aloha State", "ORANGE", "JAMESTOWN 1607-2007", "Birthplace of Aviation", "DOUGLAS", "Scenic",
)  # fmt: skip
MONTHS = (
    "JAN",
    "FEB",
    "MAR",
    "APR",
    "MAY",
    "JUN",
    "JUL",
    "AUG",
    "SEP",
    "OCT",
    "NOV",
    "DEC",
    "07",
    "12",
    "08",
    "15",
    "99",
)
